"""Bytecode lies beside what functions import, and beside nothing else."""

import shutil
import sys
import sysconfig
from pathlib import Path

from rolecall_cli.embedded.bytecode import compile_built
from tests.samples import ROOT


def test_nothing_is_compiled_that_needs_pydantic(tmp_path: Path) -> None:
    layer = tmp_path / "RolecallLayer/python"
    shutil.copytree(
        ROOT / "layers/rolecall/rolecall",
        layer / "rolecall",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    (layer / "pydantic.py").write_text("raise ImportError('this is large')\n")
    compile_built(tmp_path, Path(sys.executable), Path(sysconfig.get_path("purelib")))
    assert list(layer.rglob("remediate.*.pyc"))
    left_out = ("pydantic.*.pyc", "settings/*/schema.*.pyc", "settings/*/models.*.pyc")
    assert not [path for pattern in left_out for path in layer.rglob(pattern)]
