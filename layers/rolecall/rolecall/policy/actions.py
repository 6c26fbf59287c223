"""The calls of each AWS service that change something, from AWS's service authorisation reference.

Reading, listing and tagging are left out: whoever may do all but those may do all. Of a service that
only reads, all calls are there. The data are read when first asked for.
"""

from functools import cache
from pkgutil import get_data


def services() -> tuple[str, ...]:
    """The prefixes of all services, such as `iam`."""
    return tuple(_lines())


@cache
def changing(service: str) -> tuple[str, ...]:
    """The names of a service's changing calls, in lower case and sorted; none for an unknown one."""
    groups = (group.partition(":") for group in _lines().get(service, "").split())
    return tuple(
        sorted((verb + rest).lower() for verb, _, rests in groups for rest in rests.split(","))
    )


@cache
def _lines() -> dict[str, str]:
    lines = (get_data(__package__, "actions.txt") or b"").decode().splitlines()
    parted = (line.partition(" ") for line in lines if not line.startswith("#"))
    return {service: groups for service, _, groups in parted}
