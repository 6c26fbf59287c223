"""`rolecall demo`: the whole story on an embedded account."""


def demo() -> None:
    """Show the whole story on an embedded account."""
