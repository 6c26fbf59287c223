"""`rolecall demo`: the whole story on an embedded account."""

from rolecall_cli.demo.command import demo

__all__ = ["demo"]
