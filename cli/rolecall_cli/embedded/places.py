"""Where the things lie that the embedded account is made of."""

import platform
from dataclasses import dataclass
from pathlib import Path

from rolecall_cli.errors import EmbeddedAccountError


@dataclass(frozen=True)
class Checkout:
    """A checkout of the project, with the environments that `make setup` puts into it."""

    root: Path

    @property
    def emulator_python(self) -> Path:
        """The interpreter that runs the emulator, and through it the functions."""
        return self._made(".venv-emulator/bin/python")

    @property
    def sam(self) -> Path:
        """The SAM command line."""
        return self._made(".venv-sam/bin/sam")

    @property
    def interpreter(self) -> Path:
        """The interpreter, with pip beside it, that sam builds with."""
        return self._made(".venv-sam/bin/python")

    @property
    def runtime(self) -> Path:
        """What stands for Lambda's runtime: an environment with botocore and nothing of ours."""
        return next(self._made(".venv-emulator/lib").glob("python3.*/site-packages"))

    @property
    def importable(self) -> Path:
        """The folder from which the emulator's interpreter imports the trail."""
        return self.root / "cli"

    @property
    def state(self) -> Path:
        """The folder of what runs detached; git ignores it."""
        return self.root / ".rolecall"

    def _made(self, relative: str) -> Path:
        path = self.root / relative
        if not path.exists():
            message = f"{path} is missing: run `make setup` in {self.root} first."
            raise EmbeddedAccountError(message)
        return path


def checkout() -> Checkout:
    """Find the checkout that this package was installed from."""
    root = Path(__file__).resolve().parents[3]
    if not (root / "pyproject.toml").exists():
        message = (
            "The embedded account needs a checkout of the project: clone it, run `make setup` "
            "there and use its .venv/bin/rolecall."
        )
        raise EmbeddedAccountError(message)
    return Checkout(root)


def architecture() -> str:
    """Name this machine's processor as Lambda does; functions run on it as they are."""
    return "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"
