"""Roll call for an AWS account's groups and roles."""

__version__ = "0.1.0"
