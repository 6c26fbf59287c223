"""Start the emulator with the trail inside it."""

import os

# The path that made this package importable must not reach the functions: they are children of
# this process and inherit its environment.
os.environ.pop("PYTHONPATH", None)

from rolecall_cli.trail.launcher import main

main()
