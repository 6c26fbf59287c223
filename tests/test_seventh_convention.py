"""Adding a convention takes one file, its samples and `make generate`; CONTRIBUTING shows this one."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.samples import ROOT

ID = "group-no-cloudshell-full-access"
COPIED = (
    "layers", "events", "docs", "tools", "tests", "cli", "template.yaml", "pyproject.toml", "functions",
    "README.md", ".python-version",
)  # fmt: skip


def _from_contributing() -> tuple[str, dict[str, str]]:
    """The code and the samples that CONTRIBUTING shows."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    samples = re.findall(r"`(events/[a-z0-9/-]+\.json)`\n\n```json\n(.*?)```", text, re.DOTALL)
    return code, dict(samples)


def _scratch(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", ".venv*", "stack")
    for part in COPIED:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, tmp_path / part, ignore=ignored)
        else:
            shutil.copy2(source, tmp_path / part)
    return tmp_path


def _run(root: Path, *arguments: str) -> str:
    # The copy is imported, not the checkout: its folders come first on the path.
    start = (
        f"import sys; sys.path[:0] = {[str(root), str(root / 'layers/rolecall'), str(root / 'cli')]!r};"
        " import runpy; sys.argv = sys.argv[1:]; runpy.run_module(sys.argv[0], run_name='__main__')"
    )
    finished = subprocess.run(
        [sys.executable, "-c", start, *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


@pytest.mark.peer(83, "AWS ASR: one new remedy touches 12 files in three languages")
def test_a_seventh_convention_is_one_file_its_samples_and_make_generate(tmp_path: Path) -> None:
    root = _scratch(tmp_path)
    code, samples = _from_contributing()
    folder = root / "layers/rolecall/rolecall/conventions/groups"
    (folder / f"{ID.replace('-', '_')}.py").write_text(code)
    assert {Path(name).parent.name for name in samples} == {ID}
    for name, text in samples.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(json.loads(text)))
    written = _run(root, "tools.generate")
    assert f"docs/conventions/{ID}.md" in written
    assert f"[{ID}]({ID}.md)" in (root / "docs/conventions/by-event.md").read_text()
    laws = _run(root, "pytest", "-q", "-p", "no:cacheprovider", "tests/test_laws.py", "-k", ID)
    assert re.search(r"\d+ passed", laws)
    verdicts = _run(root, "rolecall_cli", "replay", f"events/{ID}", "--local")
    assert f"{ID}:" in verdicts
    assert "iam:DetachGroupPolicy" in verdicts
