"""What the functions have in common: wiring, the batch, the log. Importing it makes nothing."""

from rolecall.runtime.wiring import Runtime

__all__ = ["Runtime"]
