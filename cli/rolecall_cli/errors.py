"""The errors of the command line, under the one tree.

RolecallError
├── EmbeddedAccountError       the embedded account cannot be started, reached or stopped
│   └── RealAccountError       the environment points at a real AWS account
├── StackError                 the stack cannot be built, deployed or found
└── UsageError                 the command was given what it cannot use; exit code 2
"""

from rolecall.errors import RolecallError


class EmbeddedAccountError(RolecallError):
    """The embedded account cannot be started, reached or stopped."""


class RealAccountError(EmbeddedAccountError):
    """The environment points at a real AWS account, which the embedded one must never touch."""


class StackError(RolecallError):
    """The stack cannot be built, deployed or found."""


class UsageError(RolecallError):
    """The command was given what it cannot use."""
