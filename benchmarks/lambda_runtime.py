"""What Lambda's own runtime brings: Python's Lambda client, boto3, and nothing else on the path.

An installed environment would not do: its `.pth` files run at every start, and its packages would hide
what the layer must bring.
"""

import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

_DISTRIBUTIONS = (
    "awslambdaric",
    "boto3",
    "botocore",
    "jmespath",
    "python-dateutil",
    "s3transfer",
    "simplejson",
    "six",
    "snapshot-restore-py",
    "urllib3",
)


def interpreter() -> Path:
    """The Python below the environment that this runs in."""
    return Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"


def assemble(folder: Path) -> Path:
    """Put a copy of the runtime's packages into a folder, with bytecode, as Lambda has them."""
    for name in _DISTRIBUTIONS:
        for file in distribution(name).files or ():
            if ".." in file.parts or file.suffix == ".pyc":
                continue
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(str(file.locate()), target)
    compile_all(folder)
    return folder


def compile_all(folder: Path) -> None:
    """Write bytecode for all that lies in a folder."""
    subprocess.run(
        [
            *(str(interpreter()), "-I", "-m", "compileall", "-q", "-j", "0"),
            *("--invalidation-mode", "unchecked-hash", str(folder)),
        ],
        check=True,
    )
