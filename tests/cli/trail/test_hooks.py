"""The emulator's private names that the trail hooks are as it knows them."""

import subprocess

from rolecall_cli.embedded.places import checkout
from rolecall_cli.embedded.safety import clean_environment

CHECK = """
import importlib, inspect
from rolecall_cli.trail.emulator import HOOKS
for (module, name), parameters in HOOKS.items():
    hooked = getattr(importlib.import_module(module), name)
    found = tuple(inspect.signature(hooked).parameters)
    assert found == parameters, f"{module}.{name} takes {found}, not {parameters}"
app = importlib.import_module("ministack.app")
assert inspect.iscoroutinefunction(app._dispatch_service_request)
assert isinstance(app.AUTH, bool) and callable(app.main)
stores = (("iam", "_users"), ("iam", "_roles"), ("sts", "_sessions"), ("eventbridge", "_rules"))
for module, store in stores:
    assert hasattr(importlib.import_module(f"ministack.services.{module}"), store)
"""


def test_the_hooked_names_and_their_parameters_are_as_the_trail_knows_them() -> None:
    here = checkout()
    finished = subprocess.run(
        [here.emulator_python, "-P", "-c", CHECK],
        env=clean_environment() | {"PYTHONPATH": str(here.importable)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
