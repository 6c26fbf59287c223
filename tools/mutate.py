"""Breaks decision, remediation and undo in every small way, and counts what the tests notice.

python -m tools.mutate      writes build/mutants.txt: the score of each file, and what survived

mutmut wants the code in src/, so it works in a copy of the project below build/.
"""

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "build" / "mutate"
REPORT = ROOT / "build" / "mutants.txt"
MUTATED = ("detection/deciding", "detection/overdue", "remediation")
_COPIED = ("tests", "cli", "events", "functions", "tools", "layers", "docs", "benchmarks")
_FILES = ("template.yaml", "CONTRIBUTING.md", "README.md", "samconfig.toml", ".python-version")
_CONFIG = """
[tool.mutmut]
source_paths = ["src"]
only_mutate = [{mutated}]
also_copy = [{copied}]
pytest_add_cli_args = ["-p", "no:cacheprovider", "-o", "pythonpath=. src cli"]
pytest_add_cli_args_test_selection = ["tests/detection", "tests/remediation"]
"""
_LINE = re.compile(r"rolecall\.(?P<module>[\w.]+)\.x\S*: (?P<status>.+)")


def prepare() -> None:
    """Make the copy that mutmut works in."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    for name in _COPIED:
        shutil.copytree(ROOT / name, FOLDER / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in _FILES:
        shutil.copy(ROOT / name, FOLDER / name)
    (FOLDER / "src").mkdir()
    (FOLDER / "layers/rolecall/rolecall").rename(FOLDER / "src/rolecall")
    mutated = [f"src/rolecall/{name}{'' if '/' in name else '/*'}" for name in MUTATED]
    config = _CONFIG.format(
        mutated=", ".join(f'"{name if name.endswith("*") else name + ".py"}"' for name in mutated),
        copied=", ".join(f'"{name}"' for name in (*_COPIED, *_FILES)),
    )
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (FOLDER / "pyproject.toml").write_text(pyproject + config, encoding="utf-8")


def report(results: str) -> str:
    """What `mutmut results --all true` told, as a score for each file and the list of survivors."""
    found = [match for line in results.splitlines() if (match := _LINE.search(line))]
    killed: Counter[str] = Counter()
    total: Counter[str] = Counter()
    survived = []
    for one in found:
        total[one["module"]] += 1
        if one["status"] in {"killed", "timeout"}:
            killed[one["module"]] += 1
        else:
            survived.append(f"{one.group().strip()}")
    lines = [
        f"{killed[m] / total[m]:6.1%}  {killed[m]:4} of {total[m]:4}  {m}" for m in sorted(total)
    ]
    whole, noticed = total.total(), killed.total()
    share = noticed / whole if whole else 0.0
    return "\n".join([*lines, f"{share:6.1%}  {noticed:4} of {whole:4}  all", "", *survived, ""])


def main() -> int:
    """Run mutmut and leave the report; what mutmut itself returns."""
    prepare()
    mutmut = Path(sys.executable).with_name("mutmut")
    done = subprocess.run([str(mutmut), "run"], cwd=FOLDER, check=False)
    told = subprocess.run(
        [str(mutmut), "results", "--all", "true"],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=True,
    )
    text = report(told.stdout)
    REPORT.write_text(text, encoding="utf-8")
    print(text.partition("\n\n")[0])
    print(f"Survivors: {REPORT.relative_to(ROOT)}; look at one with mutmut show in {FOLDER}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
