"""`rolecall doctor`: whether a deployed stack is in order."""

from rolecall_cli.doctor.command import doctor

__all__ = ["doctor"]
