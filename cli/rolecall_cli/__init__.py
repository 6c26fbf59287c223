"""The `rolecall` command."""
