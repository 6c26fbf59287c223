"""A scratch copy of the project with other settings: what a user does, without touching the checkout."""

import shutil
from pathlib import Path

from tools.generate import write

_PARTS = ("template.yaml", "functions", "layers")


def scratch_copy(root: Path, target: Path, settings: str) -> Path:
    """Copy what sam builds from, put these settings in and generate what they imply.

    Args:
        root: The project.
        target: The folder for the copy; it must not exist.
        settings: The whole text of the settings file.

    Returns:
        The copy.

    Raises:
        SettingsError: the settings are wrong.
    """
    target.mkdir(parents=True)
    for part in _PARTS:
        source = root / part
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
            shutil.copytree(source, target / part, ignore=ignored)
        else:
            shutil.copy2(source, target / part)
    (target / "layers/settings/rolecall.yaml").write_text(settings, encoding="utf-8")
    write(target)
    return target
