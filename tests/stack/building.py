"""One build for all stacks of a test run: stacks with other settings share everything but these."""

import fcntl
import os
import shutil
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from rolecall_cli.embedded import stack
from rolecall_cli.embedded.project import scratch_copy
from tests.samples import ROOT

_URIS = ("CodeUri", "ContentUri")


def built_once(folders: pytest.TempPathFactory, settings: str) -> Path:
    """The project that was built with these settings, by whichever worker of the run comes first."""
    base = folders.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    project = shared / "rolecall"
    with (shared / "built.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not project.exists():
            making = shared / "making"
            shutil.rmtree(making, ignore_errors=True)
            stack.build(scratch_copy(ROOT, making, settings))
            making.rename(project)
    return project


def template_of(project: Path) -> Path:
    """The template that sam made of a project."""
    return project / ".aws-sam/build/template.yaml"


def with_settings(built: Path, folder: Path, settings: str) -> Path:
    """A template as sam would build it with other settings.

    Only the settings layer and the generated parts of the template follow from the settings, and the
    built form of that layer is its files as they lie: everything else is taken from the other build.

    Args:
        built: The template of that build.
        folder: Where the project with these settings goes; it must not exist.
        settings: The whole text of the settings file.
    """
    project = scratch_copy(ROOT, folder, settings)
    layer = folder / "built/SettingsLayer"
    shutil.copytree(project / "layers/settings", layer / "python")
    yaml = YAML()
    yaml.preserve_quotes = True
    template = yaml.load(project / "template.yaml")
    for name, resource in template["Resources"].items():
        for uri in (uri for uri in _URIS if uri in resource.get("Properties", {})):
            place = layer if name == layer.name else built.with_name(name)
            resource["Properties"][uri] = str(place)
    target = layer.with_name("template.yaml")
    yaml.dump(template, target)
    return target
