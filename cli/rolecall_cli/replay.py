"""`rolecall replay`: one recorded or sample event, judged by hand."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from rolecall.detection.deciding import Facts
from rolecall.detection.detect import unwatched
from rolecall.detection.finding import Finding, decided, findings
from rolecall.detection.judging import judge_everything
from rolecall.errors import RolecallError
from rolecall.model.cases import SWEEP
from rolecall.model.changes import Change, Rejected
from rolecall.model.pointing import all_subjects
from rolecall.model.records import parse
from rolecall.registry import Registry, convention_classes
from rolecall.replaying.files import files_under, records_in
from rolecall.replaying.memory import MemoryAccount
from rolecall.replaying.states import is_state, staged, swept
from rolecall.settings import Settings
from rolecall.settings.files import load
from rolecall_cli.deployed import Deployed
from rolecall_cli.embedded.places import checkout
from rolecall_cli.errors import UsageError

console = Console(soft_wrap=True, highlight=False)


def shipped_settings(path: Path | None = None) -> Settings:
    """The settings of a file, or those of this checkout."""
    return load(path or checkout().root / "layers/settings/rolecall.yaml", convention_classes)


def replay(
    files: Annotated[list[Path], typer.Argument(help="Events or records, or folders of them.")],
    *,
    local: Annotated[
        bool,
        typer.Option("--local", help="Judge in an account in memory, set up as the record says."),
    ] = False,
    stack: Annotated[
        str, typer.Option(help="Send it to the detect function of this deployed stack.")
    ] = "",
    act: Annotated[
        bool, typer.Option("--act", help="Do what would be done. Without it nothing is written.")
    ] = False,
    region: Annotated[str, typer.Option(help="The stack's Region.")] = "",
) -> None:
    """Judge events by hand: prints each verdict and the remedy it would apply."""
    if local == bool(stack):
        raise UsageError("Say where to replay: --local, or --stack NAME.")
    missing = [path for path in files if not path.exists()]
    if missing:
        raise UsageError(f"There is no file or folder {missing[0]}.")
    target = Deployed(stack, region) if stack else None
    failed = False
    for path in (found for given in files for found in files_under(given)):
        for place, value in records_in(path):
            console.print(Text(f"{path}:{place}", style="bold"))
            if isinstance(value, Rejected):
                answer: dict[str, Any] = {"rejected": value.reason}
            elif target:
                answer = target.replay(value, act=act)
            else:
                answer = replay_in_memory(value, act=act)
            _print(answer)
            failed = failed or bool(answer.get("rejected"))
    if failed:
        raise RolecallError("Some records could not be used; see above.")


def replay_in_memory(value: Any, *, act: bool) -> dict[str, Any]:
    """Judge one event in an account in memory that is as the record says."""
    settings = shipped_settings()
    registry = Registry(settings.options, settings.registered)
    account = staged(value)
    if isinstance(account, Rejected):
        return {"rejected": account.reason}
    today = datetime.now(UTC).date().isoformat()
    if account and is_state(value):
        change = swept(account)
        judged = judge_everything(account.everything(), registry, settings)
        found = list(decided(judged, settings, account, Facts(today, waited=True, swept=True)))
    else:
        parsed = parse(value, replayed=True)
        if isinstance(parsed, Rejected):
            return {"rejected": parsed.reason}
        change = parsed
        account = account or MemoryAccount(change.account)
        _stage(account, change, registry)
        found, rejected = findings(change, settings, registry, account, today)
        if rejected:
            return {"rejected": rejected[0].reason}
    answer = {
        "call": change.call,
        "unwatched": "" if change.call == SWEEP else unwatched(change, registry),
        "verdicts": [finding.to_dict() for finding in found],
    }
    if act:
        answer["done"] = _act(account, found)
    return answer


def _stage(account: MemoryAccount, change: Change, registry: Registry) -> None:
    """Put the subjects there as the record tells them, but for those whose state is written down."""
    if change.error:
        return
    for convention in registry.watching(change.call):
        refs = all_subjects(change, convention.kinds())
        account.stage(change, [ref for ref in refs if ref not in account.state])


def _act(account: MemoryAccount, found: list[Finding]) -> list[str]:
    done = []
    for finding in found:
        for step in finding.decision.remedy or ():
            account.make(step.do, finding.drift.subject.region)
            ref = finding.drift.subject
            after = account.read(ref, finding.judgement.convention.reads(ref.kind))
            left = finding.judgement.convention.judge(ref, after)
            gone = finding.drift.part not in {drift.part for drift in left}
            done.append(
                f"{step.do.name}: {'the drift is gone' if gone else 'the drift is still there'}"
            )
    return done


def _print(answer: dict[str, Any]) -> None:
    if answer.get("rejected"):
        console.print(Text(f"  rejected: {answer['rejected']}", style="red"))
        return
    if not answer["verdicts"]:
        clean = f"No convention objects to this {answer['call']}."
        console.print(Text(f"  clean: {answer['unwatched'] or clean}", style="green"))
    for verdict in answer["verdicts"]:
        console.print(Text(f"  {verdict['convention']}: {verdict['says']}", style="yellow"))
        reason = f" ({verdict['reason']})" if verdict["reason"] else ""
        console.print(Text(f"    would be {verdict['status']}{reason}"))
        for step in verdict["remedy"]:
            console.print(Text(f"    remedy: {call_line(step['do'])}"))
            console.print(Text(f"    undo:   {call_line(step['undo'])}"))
        if not verdict["remedy"]:
            console.print(Text("    remedy: none; this one is only told"))
    for line in answer.get("done", ()):
        console.print(Text(f"    done:   {line}"))
    for case in answer.get("cases", ()):
        console.print(Text(f"    case {case}: {answer['outcome']}"))


def call_line(call: Mapping[str, Any]) -> str:
    """A call of a remedy in one line."""
    given = ", ".join(f"{name}={_short(value)}" for name, value in call["parameters"].items())
    return f"{call['call']}({given})"


def _short(value: Any, longest: int = 60) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
