"""Nothing that comes out of Rolecall holds a secret of a record, even where a convention tells all."""

import copy
import io
import json
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from rolecall import registry
from rolecall.aws.messaging import DeadLetters, EventBus
from rolecall.channels import slack_webhook
from rolecall.channels.slack import Slack
from rolecall.channels.sns import MachineTopic, PeopleTopic
from rolecall.convention import ActivityConvention
from rolecall.model.changes import Change
from rolecall.model.drifts import Drift
from rolecall.model.records import parse_body
from rolecall.model.scales import Severity
from rolecall.model.standards import user_guide
from rolecall.model.subjects import SubjectRef
from rolecall.notification.notify import Notifier
from rolecall.runtime.batch import Batch
from rolecall.runtime.log import log
from rolecall.runtime.work import detect, overdue, replay, settle, tell
from rolecall_cli import deployed
from rolecall_cli.main import app
from tests.cli.operating import operate
from tests.detection.staged import ATTACH, world_of
from tests.model.test_redacting import KEYS, PARTS
from tests.runtime.doubles import message, runtime
from tests.samples import samples
from tests.world import ACTING, World, settings

SECRET = "Zq9Zq9Zq9"
RUN = CliRunner(env={"COLUMNS": "200"})


class TellsAll(ActivityConvention):
    """A convention that could not be more careless with what it was shown."""

    id = "tells-all"
    severity = Severity.HIGH
    standards = (user_guide("Security best practices in IAM"),)
    pattern = {}  # noqa: RUF012

    def seen(self, change: Change) -> Iterator[Drift]:
        """Yield everything."""
        yield self.drift(
            SubjectRef("account", change.account, change.account),
            part=f"{change.event_id} {change.call} {change.request} {change.response}",
            says=f"It holds {change.request} and {change.response}.",
            found={"request": change.request, "response": change.response},
            before=dict(change.record),
            remediable=False,
        )


class Fails(TellsAll):
    """A convention that fails and says on what."""

    id = "fails"

    def seen(self, change: Change) -> Iterator[Drift]:
        """Raise everything."""
        raise LookupError(repr(change))


CALLS = {
    "sts": (
        *("AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot"),
        *("GetFederationToken", "GetSessionToken"),
    ),
    "signin": ("GetSigninToken", "ConsoleLogin", "CreateOAuth2Token"),
    "iam": (
        *("CreateServiceSpecificCredential", "ResetServiceSpecificCredential", "CreateAccessKey"),
        *("CreateLoginProfile", "UpdateLoginProfile", "ChangePassword", "CreateVirtualMFADevice"),
        *("CreateSAMLProvider", "UploadServerCertificate"),
    ),
    "sso": ("GetRoleCredentials",),
    "secretsmanager": ("GetSecretValue",),
}


def _planted(record: dict[str, Any]) -> dict[str, Any]:
    """The record with secrets in every part that tells what a call was given and answered."""
    secrets = dict.fromkeys(KEYS, SECRET)
    few = {"sessionToken": SECRET, "accessKeyId": "ASIAEXAMPLE00000001"}
    for part in PARTS:
        told = copy.deepcopy(record.get(part)) or {}
        told |= {"credentials": few, "more": [[{"a": few}]], "password": [SECRET]}
        record = record | {part: secrets | told}
    return record


def _records() -> Iterator[dict[str, Any]]:
    for one in samples():
        yield _planted(one.event["detail"])
    for service, names in CALLS.items():
        for name in names:
            call = {"eventSource": f"{service}.amazonaws.com", "eventName": name}
            nothing: dict[str, Any] = dict.fromkeys(PARTS)
            yield _planted(ATTACH | call | nothing)


def _malformed() -> Iterator[str]:
    record = _planted(ATTACH | {"eventName": "AssumeRole", "eventSource": "sts.amazonaws.com"})
    text = json.dumps(record)
    yield text[: text.index(SECRET) + len(SECRET)]
    yield text[: len(text) // 2]
    yield text + text
    yield f"[{text}]"
    yield json.dumps(text)
    yield json.dumps({"Type": "Notification", "Message": text})
    yield json.dumps({"detail": [record]})
    yield text.replace('"1.11"', "NaN")
    yield text.replace('"1.11"', "[" * 20_000)
    yield json.dumps(record | {"padding": "x" * 262_144})
    yield json.dumps(record | {"recipientAccountId": "444455556666"})
    for key in ("eventName", "eventID", "recipientAccountId", "userIdentity"):
        yield json.dumps(record | {key: None})
    yield json.dumps(record | {"eventSource": "iam.amazonaws.com", "eventName": "AttachUserPolicy"})
    yield repr(record)
    yield "&".join(f"{key}={SECRET}" for key in KEYS)
    yield "\n".join(f"<{key}>{SECRET}</{key}>" for key in KEYS)


def _bodies() -> Iterator[str]:
    for number, record in enumerate(_records()):
        one = record | {"eventID": f"event-{number}"}
        yield json.dumps(one if number % 2 else {"detail": one})
    yield from _malformed()


class Wire:
    """AWS as far as it is called here: whatever is sent is kept."""

    def __init__(self, *_: Any) -> None:
        self.sent: list[Any] = []

    def client(self, service: str, *_: Any) -> "Wire":
        assert service in {"sqs", "events", "cloudformation", "lambda"}
        return self

    def __getattr__(self, operation: str) -> Any:
        def call(**request: Any) -> Any:
            self.sent.append((operation, request))
            return {
                "Stacks": [{"Outputs": [{"OutputKey": "DetectFunctionName", "OutputValue": "f"}]}],
                "Payload": io.BytesIO(b'{"rejected": "It is so."}'),
            }

        return call


Outputs = dict[str, list[Any]]


@pytest.fixture
def out(monkeypatch: pytest.MonkeyPatch) -> Outputs:
    """What came out, by where; the log and Slack are listened to, and a careless convention is there."""
    found: Outputs = {}
    handler = log.registered_handler

    def keep(record: Any) -> None:
        found.setdefault("log", []).append(handler.format(record))

    def post(_: str, body: Any) -> tuple[int, str]:
        found.setdefault("Slack", []).append(body)
        return 200, "ok"

    monkeypatch.setattr(handler, "emit", keep)
    monkeypatch.setattr(slack_webhook, "post", post)
    _add(monkeypatch, TellsAll)
    return found


def _add(monkeypatch: pytest.MonkeyPatch, convention: type[ActivityConvention]) -> None:
    classes = {**registry.convention_classes(), convention.id: convention}
    monkeypatch.setattr(registry, "convention_classes", lambda: classes)


def _judge(body: str, out: Outputs) -> World:
    """Send one message through the three functions, and everything they hand on."""
    change = parse_body(body)
    made = world_of(change) if isinstance(change, Change) else World(settings(ACTING))
    working, _ = runtime(made)
    wire, loose = Wire(), cast(Any, working)
    loose.dead_letters = DeadLetters(cast(Any, wire), "https://dead")
    loose.notifier = Notifier(
        [
            PeopleTopic(lambda *sent: out.setdefault("people", []).append(sent), "people"),
            MachineTopic(lambda *sent: out.setdefault("machines", []).append(sent), "machines"),
            Slack(lambda: "https://hooks.slack.com/services/T0/B0/x", "slack"),
        ],
        made.ledger,
        made.clock,
        "rolecall",
    )

    def run(work: Any, text: str) -> None:
        Batch(working, work).answer([message(text)], lambda: 60_000)

    run(detect, body)
    made.clock.now += 600
    run(detect, body)
    for case_id, _ in list(made.remedies.sent) * 2:
        run(settle, json.dumps({"case": case_id}))
        made.clock.now += 600
    bus = EventBus(cast(Any, wire), "rolecall")
    for case in made.bus.published:
        run(tell, json.dumps({"detail": case.to_dict()}))
        bus.publish(case)
    overdue(working)
    try:
        answer = replay(working, {"replay": json.loads(body), "act": True})
        out.setdefault("answers", []).append(answer)
    except Exception as error:  # Lambda would log it
        out.setdefault("crashes", []).append(traceback.format_exception(error))
    for operation, request in wire.sent:
        out.setdefault(operation, []).append(request)
    out.setdefault("ledger", []).append(vars(made.ledger))
    out.setdefault("bus", []).append(made.bus.published)
    return made


def _command(monkeypatch: pytest.MonkeyPatch, made: World, out: Outputs, *, machine: bool) -> None:
    rolecall = operate(monkeypatch, made)
    listed, shown = ("jsonl", "json") if machine else ("table", "text")
    out.setdefault("rolecall cases", []).append(rolecall("cases", "--format", listed).output)
    for case in made.ledger.cases():
        told = rolecall("case", case.id, "--format", shown).output
        out.setdefault("rolecall case", []).append(told)


def _files(folder: Path, bodies: list[str], monkeypatch: pytest.MonkeyPatch, out: Outputs) -> None:
    wire = Wire()
    monkeypatch.setattr(deployed, "Aws", lambda *_: wire)
    for number, body in enumerate(bodies):
        (folder / f"{number}.json").write_text(body)
    for command in (
        ["replay", "--local", "--act"],
        ["replay", "--stack", "rolecall"],
        ["backtest"],
        ["backtest", "--format", "jsonl"],
    ):
        done = RUN.invoke(app, [*command, str(folder)])
        crash = traceback.format_exception(done.exception) if done.exception else []
        out.setdefault(" ".join(command), []).append((done.output, crash))
    out["invoke"] = wire.sent


def _where(out: Outputs) -> set[str]:
    """Where a secret came out."""
    return {name for name, found in out.items() if any(SECRET in repr(one) for one in found)}


# All that is made from a change; dead letters and what is sent to be replayed are made from texts.
EVERYWHERE = {
    *("ledger", "bus", "put_events", "Slack", "people", "machines", "log", "logging", "crashes"),
    *("answers", "replay --local --act", "backtest", "backtest --format jsonl"),
    *("rolecall cases", "rolecall case"),
}


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, out: Outputs, caplog: pytest.LogCaptureFixture
) -> Any:
    """Send everything everywhere, and say where secrets came out."""

    def run_all(bodies: list[str]) -> set[str]:
        with caplog.at_level("DEBUG"):
            for number, body in enumerate(bodies):
                _command(monkeypatch, _judge(body, out), out, machine=number % 2 == 1)
            _files(tmp_path, bodies, monkeypatch, out)
            _add(monkeypatch, Fails)
            for body in bodies[::5]:
                _judge(body, out)
        out["logging"] = [caplog.text]
        assert out.keys() >= EVERYWHERE | {"send_message", "invoke", "replay --stack rolecall"}
        return _where(out)

    return run_all


def test_no_secret_of_a_record_comes_out_anywhere(
    run: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(list(_bodies())) == set()
    assert SECRET not in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    ("door", "where"),
    [
        ("rolecall.model.records.redacted_parts", EVERYWHERE),
        ("rolecall.runtime.work.redacted_text", {"send_message"}),
        ("rolecall_cli.deployed.redacted_text", {"invoke"}),
    ],
)
def test_with_one_door_open_it_is_seen_what_comes_out_there(
    door: str, where: set[str], run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, lambda found, *_: found)
    bodies = list(_bodies())
    assert run([*bodies[:2], bodies[-3]]) == where
