"""Speed and memory of what sam built, beside a floor, in one run.

python -m benchmarks        prints a table and writes build/bench.json

A machine's speed drifts while it works, so only ratios from one run mean anything.
"""

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from benchmarks import burst, functions, judging, lambda_runtime, layer, loop, policies, sweeping
from benchmarks.machine import machine
from benchmarks.report import Report, table
from benchmarks.samples import ROOT
from benchmarks.sandbox import Package, emulator_in
from benchmarks.scene import Scene
from rolecall.errors import RolecallError
from rolecall.registry import convention_classes
from rolecall.settings.files import load
from rolecall_cli.embedded import stack
from rolecall_cli.embedded.account import embedded_account
from rolecall_cli.embedded.project import scratch_copy

_SETTINGS = """
version: 1
defaults: {mode: notify}
protected: ["arn:aws:iam::111122223333:user/break-glass"]
# Hundreds of drifts are put right within minutes here, which the caps are there to prevent.
caps: {account: 10000, convention: 10000, actor: 10000}
conventions:
  user-permissions-via-groups: {mode: remediate}
"""
_FLOOR = Path(__file__).parent / "floor"
_BEGUN = time.monotonic()


def progress(sentence: str) -> None:
    """Say what is being done, and when it began."""
    print(f"{time.monotonic() - _BEGUN:5.0f} s  {sentence}", file=sys.stderr, flush=True)


def run(folder: Path) -> Report:
    """Build, measure and give the figures."""
    emulator = emulator_in(ROOT / ".venv-sam")
    project = scratch_copy(ROOT, folder / "project", _SETTINGS)
    template = stack.build(project, progress=progress)
    built = template.parent
    settings = load(project / "layers/settings/rolecall.yaml", convention_classes)
    progress("Putting Lambda's runtime together")
    shutil.copytree(_FLOOR, folder / "floor", ignore=shutil.ignore_patterns("__pycache__"))
    lambda_runtime.compile_all(folder / "floor")
    bench = functions.Bench(emulator, lambda_runtime.assemble(folder / "runtime"), folder)
    compared, ledger = {}, {}
    with embedded_account() as account:
        scene = Scene(account, settings)
        scene.lay()
        for name, mode, event, check in (
            ("detect", "notify", scene.drift, scene.check_opened),
            ("remediate", "remediate", scene.case, scene.check_put_right),
        ):
            scene.forget()
            environment = scene.environment() | {"HIGHEST_MODE": mode}
            layers = (built / "RolecallLayer" / "python", built / "SettingsLayer" / "python")
            compared[name] = functions.compare(
                bench,
                package := Package(
                    built / f"{name.title()}Function", layers, environment, name == "remediate"
                ),
                Package(folder / "floor" / name, (), environment, name == "remediate"),
                event,
                lambda what, name=name: progress(f"{name}: {what}"),  # type: ignore[misc]
            )
            ledger[name] = functions.ledger_calls(bench, package, event())
            check()
    with embedded_account() as account:
        outputs = stack.deploy(
            account,
            project,
            stack_name="rolecall",
            parameters={"HighestMode": "notify", "RestrictBus": "no", "LogRetentionDays": "1"},
            template=template,
            progress=progress,
        )
        closed = loop.measure(account, outputs, progress)
        drained = burst.measure(account, outputs, progress)
    progress("Sweeping a large account in memory")
    swept = sweeping.measure()
    progress("Reasoning over policies")
    reasoned = policies.measure()
    progress(f"Judging {judging.RECORDS:,} generated records")
    return Report(
        detect=compared["detect"],
        remediate=compared["remediate"],
        layer_zip_mb=layer.zipped_mb(built / "RolecallLayer", folder / "layer.zip"),
        judging=judging.measure(settings, folder),
        loop=closed,
        burst=drained,
        sweeping=swept,
        policies=reasoned,
        ledger_told=ledger["detect"],
        ledger_remedied=ledger["remediate"],
        machine=machine(),
    )


def main() -> int:
    """Run everything and leave the figures in `build/bench.json`; 1 when it cannot be measured."""
    try:
        with tempfile.TemporaryDirectory(prefix="rolecall-bench-") as folder:
            report = run(Path(folder))
    except RolecallError as error:
        print(error, file=sys.stderr)
        return 1
    target = ROOT / "build" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(report.to_dict(), indent=2) + "\n", encoding="utf-8")
    Console(width=None if sys.stdout.isatty() else 120).print(table(report))
    progress(f"wrote {target.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
