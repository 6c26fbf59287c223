"""The one error of the benchmarks, under the one tree."""

from rolecall.errors import RolecallError


class BenchmarkError(RolecallError):
    """What was to be measured did not happen, so a figure would say nothing."""
