"""`rolecall explain-policy`: who can assume a role, what is granted, and which conventions that meets."""

import json
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from rolecall.aws.reader import AwsReader
from rolecall.aws.session import Aws
from rolecall.convention import ActivityConvention
from rolecall.errors import RolecallError
from rolecall.model.facets import Facet
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.model.times import moment
from rolecall.registry import Registry
from rolecall.settings import Settings
from rolecall_cli.asking import RegionOption
from rolecall_cli.deployed import HOME
from rolecall_cli.errors import StackError, UsageError
from rolecall_cli.explaining import Explanation, Verdict, explain, of_file
from rolecall_cli.replay import shipped_settings

_ARN_PARTS = 6
_NO_ACCOUNT = "000000000000"
_EFFECTIVE = {"role": Facet.ROLE_EFFECTIVE_POLICIES, "user": Facet.USER_EFFECTIVE_POLICIES}


class ExplainFormat(StrEnum):
    """How an explanation is printed."""

    TEXT = "text"
    JSON = "json"


def explain_policy(
    what: Annotated[
        str,
        typer.Argument(
            metavar="FILE|ARN",
            help="A policy or trust document, or the ARN of a role, user or policy of your account.",
        ),
    ],
    *,
    profile: Annotated[str, typer.Option(help="The AWS profile to read an ARN with.")] = "",
    region: RegionOption = "",
    account: Annotated[
        str, typer.Option(help="The account that a file is for: twelve digits.")
    ] = "",
    settings: Annotated[
        Path | None, typer.Option(help="Another settings file than this checkout's.")
    ] = None,
    format_: Annotated[ExplainFormat, typer.Option("--format")] = ExplainFormat.TEXT,
) -> None:
    """Say in plain words who can come in, what is granted that matters, and what breaks a convention."""
    loaded = shipped_settings(settings)
    if what.startswith("arn:"):
        found = explain(_read(what, profile, region or HOME, loaded), loaded)
    else:
        found = _of_file(Path(what), account or _NO_ACCOUNT, loaded)
    if format_ is ExplainFormat.JSON:
        print(json.dumps(found.to_dict(), indent=2))
    else:
        console = Console(soft_wrap=True, highlight=False, markup=False)
        for line in lines(found):
            console.print(line)


def _of_file(path: Path, account: str, settings: Settings) -> Explanation:
    if not path.is_file():
        raise UsageError(f"There is no file {path}.")
    try:
        text = path.read_text()
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not text.") from None
    return of_file(path.stem, text, account, settings, moment(time.time()))


def _read(arn: str, profile: str, region: str, settings: Settings) -> Subject:
    parts = arn.split(":", _ARN_PARTS - 1)
    kind, _, name = parts[-1].partition("/")
    if len(parts) != _ARN_PARTS or kind not in {"role", "user", "policy"}:
        raise UsageError(f"{arn} is not the ARN of a role, a user or a policy.")
    ref = SubjectRef(kind, arn if kind == "policy" else name.rpartition("/")[2], parts[4])
    conventions = Registry(settings.options, settings.registered)
    facets = {
        facet
        for one in conventions
        if not isinstance(one, ActivityConvention) and kind in one.kinds()
        for facet in one.reads(kind)
    } | ({_EFFECTIVE[kind]} if kind in _EFFECTIVE else set())
    try:
        found = AwsReader(Aws(region, profile=profile)).read(ref, facets)
    except (BotoCoreError, ClientError) as error:
        raise StackError(f"AWS cannot be asked: {error}.") from error
    if found is None:
        raise RolecallError(f"The {ref} is not there.")
    return found


def lines(found: Explanation) -> Iterator[str]:
    """Yield an explanation as lines of text."""
    yield found.about
    if found.ways is not None:
        yield ""
        yield "Who can assume it" if found.ways.ways else "Nobody can assume it."
        for way in found.ways.ways:
            yield f"  - {way.who}, by {way.call}" + (
                "" if way.certain else ", as far as can be told"
            )
            for condition in way.restricting:
                yield f"      only where {condition}"
            for condition in way.idle:
                yield f"      not kept out by: {condition}"
    if found.grants is not None:
        yield ""
        yield (
            "What it grants that matters"
            if found.grants
            else "It grants nothing that is known to be dangerous."
        )
        yield from (f"  - {one}" for one in found.grants)
    for problem in found.problems:
        yield ""
        yield problem
    yield ""
    yield from _conventions(found.verdicts)


def _conventions(verdicts: tuple[Verdict, ...]) -> Iterator[str]:
    broken = [one for one in verdicts if one.broken]
    yield "Conventions it breaks" if broken else "It breaks no convention."
    for one in broken:
        for found in one.broken:
            yield f"  - {one.convention} ({found.severity}, {one.mode}): {found.says}"
    met = [one for one in verdicts if not one.broken and not one.missing]
    if met:
        yield "Conventions it meets"
        yield from (f"  - {one.convention}: {one.good_state}" for one in met)
    unjudged = [one.convention for one in verdicts if one.missing]
    if unjudged:
        yield f"Not judged, for that takes more than is known here: {', '.join(unjudged)}"
