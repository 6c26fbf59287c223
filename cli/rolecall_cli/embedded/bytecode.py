"""Compiled bytecode for what a function imports on its way, and for nothing else.

A function runs from a read-only place: without bytecode each cold start compiles again what it imports,
which costs more than all the rest of it. Bytecode of what no cold start imports only fattens the layer.
"""

import json
import subprocess
from pathlib import Path

from rolecall_cli.embedded.safety import clean_environment
from rolecall_cli.errors import StackError

# Imports what a cold start and a first delivery import, and compiles the files that this took. What needs
# pydantic, which is large, is left out: the settings' models and schema, for settings without a fresh
# built form, and replaying, which only the command does.
_COMPILE = """
import importlib, json, pkgutil, py_compile, sys
build, runtime, functions, layers = json.loads(sys.argv[1])
sys.dont_write_bytecode = True
sys.path[:0] = layers
sys.path.append(runtime)
if layers:
    import rolecall, slack_sdk.http_retry.builtin_handlers
    unneeded = ("rolecall.settings.models", "rolecall.settings.schema", "rolecall.replaying")
    for module in pkgutil.walk_packages(rolecall.__path__, "rolecall."):
        if not module.name.startswith(unneeded):
            importlib.import_module(module.name)
files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
for function in functions:
    files.add(function + "/app.py")
for file in sorted(file for file in files if file and file.startswith(build) and file.endswith(".py")):
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(file, doraise=True, invalidation_mode=mode)
"""


def compile_built(build_dir: Path, interpreter: Path, runtime: Path) -> None:
    """Compile what the built functions import, with hashes that are never checked again.

    Args:
        build_dir: Where sam put the artefacts.
        interpreter: A Python of the functions' version.
        runtime: A folder that holds what Lambda's runtime brings, botocore above all.

    Raises:
        StackError: something of it cannot be imported or compiled.
    """
    layers = [str(path) for path in sorted(build_dir.glob("*Layer/python"))]
    functions = [str(path.parent) for path in sorted(build_dir.glob("*Function/app.py"))]
    given = json.dumps([str(build_dir), str(runtime), functions, layers])
    finished = subprocess.run(
        [str(interpreter), "-I", "-c", _COMPILE, given],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        raise StackError(
            f"The built functions cannot be compiled: {finished.stderr.strip()[-500:]}"
        )
