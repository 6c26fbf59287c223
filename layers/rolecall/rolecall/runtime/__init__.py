"""What the functions have in common: wiring, the batch, the log. Importing it makes nothing."""

import rolecall.runtime.garbage  # noqa: F401  # first, so that the imports below gain by it
from rolecall.runtime.wiring import Runtime

__all__ = ["Runtime"]
