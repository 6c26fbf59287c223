"""Writes what the conventions and the settings imply, or says what is stale.

python -m tools.generate            write
python -m tools.generate --check    write nothing; fail and name what is stale
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from rolecall.errors import RolecallError
from rolecall.registry import Registry, convention_classes
from rolecall.settings.files import BUILT, NAME, build, of_built
from tools import (
    actions,
    catalogue,
    checks,
    decisions,
    operations,
    pages,
    peers,
    permissions,
    rules,
)
from tools.blocks import as_yaml, with_block

SETTINGS = Path("layers/settings") / NAME
TEMPLATE = Path("template.yaml")
DOCTOR = Path("docs/doctor.md")


def generated(root: Path) -> Mapping[Path, str]:
    """Every generated file of a project, by its path from the project's root."""
    text = (root / SETTINGS).read_text(encoding="utf-8")
    built = build(text, convention_classes())
    # Not by the built form that lies there: a new convention that ships as off is not in it yet.
    settings = of_built(built)
    conventions = list(Registry(settings.options, settings.registered))
    template = (root / TEMPLATE).read_text(encoding="utf-8")
    for name, resources in (
        ("rules", rules.resources(conventions, settings)),
        ("permissions", permissions.resources(conventions, settings)),
        ("operations", operations.resources()),
    ):
        template = with_block(template, name, as_yaml(resources, 2))
    return {
        SETTINGS.with_name(BUILT): built,
        TEMPLATE: template,
        DOCTOR: checks.page(),
        actions.TARGET: actions.page(),
        **catalogue.generated(root, conventions, settings),
        **decisions.generated(root),
        **peers.generated(root),
        **{pages.FOLDER / f"{c.id}.md": pages.page(c, settings) for c in conventions},
    }


def stale(root: Path) -> list[str]:
    """What a fresh run would write otherwise, and pages of conventions that are gone."""
    files = generated(root)
    found = [
        str(path)
        for path, text in files.items()
        if not (root / path).is_file() or (root / path).read_text(encoding="utf-8") != text
    ]
    return found + [
        str(path.relative_to(root))
        for path in (root / pages.FOLDER).glob("*.md")
        if path.relative_to(root) not in files
    ]


def write(root: Path) -> list[str]:
    """Write what is stale, remove what is no longer generated, and say what was done.

    Raises:
        RolecallError: the settings or a convention are wrong.
    """
    done = []
    old, files = stale(root), generated(root)
    for name in old:
        path = root / name
        if Path(name) in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[Path(name)], encoding="utf-8")
            done.append(f"wrote {name}")
        else:
            path.unlink()
            done.append(f"removed {name}")
    return done


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 1 when something is stale or the settings are wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; fail when stale")
    parser.add_argument("--root", type=Path, default=Path.cwd())
    options = parser.parse_args(arguments)
    try:
        old = stale(options.root)
    except RolecallError as error:
        print(error, file=sys.stderr)
        return 1
    if options.check:
        if old:
            print(f"Stale: {', '.join(old)}. Run make generate.", file=sys.stderr)
        return 1 if old else 0
    for line in write(options.root):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
