"""Builds the stack for AWS: sam build, then compiled bytecode, which a function cannot write itself.

python -m tools.build [arm64|x86_64]
"""

import sys
from pathlib import Path

from rolecall_cli.embedded import stack

if __name__ == "__main__":
    stack.build(Path.cwd(), processor=(sys.argv[1:] or ["arm64"])[0], progress=print)
