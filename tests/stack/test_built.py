"""What sam built, imported as Lambda would: by itself, in an interpreter that knows nothing else."""

import json
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from rolecall_cli.embedded.places import checkout
from tests.stack.building import with_settings
from tests.stack.conftest import ACTING

pytestmark = pytest.mark.stack

MEGABYTE = 1_000_000
IMPORT = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
import app
print(json.dumps({
    "handler": callable(app.handler),
    "modules": sorted({name.partition(".")[0] for name in sys.modules}),
    "cached": app.__cached__ is not None and __import__("os").path.exists(app.__cached__),
}))
"""


def _isolated(build: Path, function: str) -> dict[str, object]:
    paths = [str(build / f"{function}Function")]
    paths += [str(build / layer / "python") for layer in ("RolecallLayer", "SettingsLayer")]
    # The site-packages of the emulator's environment stand for the runtime: botocore is there, and
    # nothing of this project.
    runtime = next((checkout().root / ".venv-emulator/lib").glob("python3.13/site-packages"))
    finished = subprocess.run(
        [
            str(checkout().emulator_python.resolve()),
            "-I",
            "-c",
            IMPORT,
            json.dumps([*paths, str(runtime)]),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    found: dict[str, object] = json.loads(finished.stdout)
    return found


@pytest.mark.peer(
    81, "cloudconformity/auto-remediate: a remedy imports a class that its SDK does not have"
)
@pytest.mark.parametrize("function", ["Detect", "Remediate", "Notify"])
def test_a_built_function_imports_from_its_own_artefacts_with_its_bytecode(
    built: Path, function: str
) -> None:
    found = _isolated(built.parent, function)
    assert found["handler"] is True
    assert found["cached"] is True


@pytest.mark.parametrize("function", ["Detect", "Remediate", "Notify"])
def test_a_cold_start_imports_nothing_that_it_does_not_need(built: Path, function: str) -> None:
    modules = _isolated(built.parent, function)["modules"]
    assert isinstance(modules, list)
    unneeded = {"pydantic", "ruamel", "boto3", "slack_sdk", "aws_xray_sdk", "jmespath_community"}
    assert not unneeded & set(modules)


def test_the_layer_holds_no_aws_sdk_and_stays_small(built: Path, tmp_path: Path) -> None:
    layer = built.parent / "RolecallLayer"
    names = {path.name for path in (layer / "python").iterdir()}
    assert {"rolecall", "pydantic", "slack_sdk", "aws_lambda_powertools"} <= names
    assert not {"boto3", "botocore", "tests", "python"} & names
    target = tmp_path / "layer.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in layer.rglob("*"):
            archive.write(path, path.relative_to(layer))
    assert target.stat().st_size < 7 * MEGABYTE


def test_the_settings_layer_carries_the_file_and_its_built_form(built: Path) -> None:
    settings = built.parent / "SettingsLayer/python"
    assert {"rolecall.yaml", "rolecall.json"} <= {path.name for path in settings.iterdir()}


def test_a_stack_with_other_settings_gets_the_layer_that_sam_would_build(
    built: Path, tmp_path: Path
) -> None:
    template = with_settings(built, tmp_path / "rolecall", ACTING)
    (settings,) = template.parent.glob("*Layer")
    of_sam = built.with_name(settings.name)
    assert _files(settings) == _files(of_sam)
    places = re.findall(r"(?:CodeUri|ContentUri): *\n? *(.+)", template.read_text())
    folders = {path.name for path in built.parent.iterdir() if path.is_dir()}
    assert {Path(place).name for place in places if Path(place).is_dir()} == folders


def _files(folder: Path) -> dict[Path, bytes]:
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
