"""`rolecall undo`: one case, or all of a bad day; what it says, asks and answers."""

import pytest

from rolecall.model.cases import Status
from rolecall_cli.errors import UsageError
from rolecall_cli.spans import seconds
from tests.cli.operating import Command, operate
from tests.remediation.test_undo_many import bad_day, user
from tests.remediation.watched import WatchedWorld

WHY = ("--reason", "the release broke", "--yes")


@pytest.fixture
def day() -> tuple[WatchedWorld, dict[str, str]]:
    """A bad day: bob, carol and dave were put right, a minute apart."""
    return bad_day()


@pytest.fixture
def rolecall(day: tuple[WatchedWorld, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command on that day's world."""
    return operate(monkeypatch, day[0])


Day = tuple[WatchedWorld, dict[str, str]]


def test_one_case_is_shown_with_its_calls_and_undone(day: Day, rolecall: Command) -> None:
    made, cases = day
    done = rolecall("undo", cases["bob"], *WHY)
    assert done.exit_code == 0, done.output
    assert "will call iam:AttachUserPolicy(UserName=bob" in done.output
    assert "The drift comes back" in done.output
    assert "the release broke; the drift is exempt until" in done.output
    assert made.status(cases["bob"]) is Status.UNDONE
    assert made.status(cases["carol"]) is Status.REMEDIATED


def test_how_long_the_drift_is_exempt_can_be_said(day: Day, rolecall: Command) -> None:
    made, cases = day
    now = made.clock()
    assert rolecall("undo", cases["bob"], "--for", "2h", *WHY).exit_code == 0
    assert [left.until - now for left in made.ledger.exemptions()] == [7200]
    refused = rolecall("undo", cases["carol"], "--for", "31d", *WHY)
    assert "within 30 days" in str(refused.exception)


def test_a_later_change_is_shown_and_refused_until_somebody_says_so(
    day: Day, rolecall: Command
) -> None:
    made, cases = day
    made.attach(user("bob"))
    refused = rolecall("undo", cases["bob"], *WHY)
    assert refused.exit_code == 1
    assert "+ PowerUserAccess" in refused.output
    assert "--over-changes" in str(refused.exception)
    done = rolecall("undo", cases["bob"], "--over-changes", *WHY)
    assert "That is overwritten, and kept in the case." in done.output
    assert made.status(cases["bob"]) is Status.UNDONE


def test_where_no_drift_comes_back_it_says_so(
    day: Day, rolecall: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, cases = day
    convention = type(made.registry["user-permissions-via-groups"])
    monkeypatch.setattr(convention, "drifts", lambda *_: ())
    assert "no exemption is needed" in rolecall("undo", cases["bob"], *WHY).output
    assert list(made.ledger.exemptions()) == []


def test_a_bad_day_is_shown_asked_about_once_and_undone(day: Day, rolecall: Command) -> None:
    made, cases = day
    done = rolecall("undo", "--since", "1h", *WHY)
    assert done.exit_code == 0, done.output
    places = [done.output.index(cases[name]) for name in ("dave", "carol", "bob")]
    assert places == sorted(places)
    assert "iam:AttachUserPolicy(UserName=dave" in done.output
    assert "3 undone, 0 refused" in done.output
    assert all(made.status(id_) is Status.UNDONE for id_ in cases.values())


def test_one_that_is_refused_is_counted_with_its_reason_and_the_exit_code_says_so(
    day: Day, rolecall: Command
) -> None:
    made, cases = day
    made.attach(user("carol"))
    done = rolecall("undo", "--actor", "ALICE", *WHY)
    assert done.exit_code == 1
    assert f"{cases['carol']} user carol: refused: " in done.output
    assert "2 undone, 1 refused" in done.output
    assert made.status(cases["bob"]) is Status.UNDONE


@pytest.mark.parametrize(
    ("choice", "undone"),
    [
        (("--since", "150s"), {"carol", "dave"}),
        (("--actor", "nobody"), set()),
        (("--convention", "root-usage"), set()),
        (("--convention", "user-permissions-via-groups", "--since", "90s"), {"dave"}),
    ],
)
def test_the_options_choose(
    day: Day, rolecall: Command, choice: tuple[str, ...], undone: set[str]
) -> None:
    made, cases = day
    done = rolecall("undo", *choice, *WHY)
    assert done.exit_code == 0, done.output
    assert {name for name, id_ in cases.items() if made.status(id_) is Status.UNDONE} == undone
    assert ("nothing was undone" in done.output) is not bool(undone)


@pytest.mark.parametrize(
    "arguments",
    [
        ("undo", *WHY),
        ("undo", "c-1", "--actor", "alice", *WHY),
        ("undo", "--actor", "alice", "--over-changes", *WHY),
        ("undo", "--since", "yesterday", *WHY),
        ("undo", "--actor", "alice", "--reason", "x"),  # nobody is there to say yes
    ],
    ids=["neither", "both", "over changes of many", "no length of time", "nobody to ask"],
)
def test_what_it_cannot_use_undoes_nothing(
    day: Day, rolecall: Command, arguments: tuple[str, ...]
) -> None:
    made, _ = day
    assert isinstance(rolecall(*arguments).exception, UsageError)
    assert made.account.calls == []


def test_without_a_reason_nothing_is_undone(day: Day, rolecall: Command) -> None:
    made, cases = day
    for which in ((cases["bob"],), ("--since", "1h")):
        assert "--reason" in str(rolecall("undo", *which, "--yes").exception)
    assert made.account.calls == []


@pytest.mark.parametrize(
    ("text", "length"), [("45s", 45), ("30m", 1800), (" 24h ", 86_400), ("7d", 604_800)]
)
def test_a_length_of_time_is_a_number_and_a_unit(text: str, length: float) -> None:
    assert seconds(text) == length


@pytest.mark.parametrize(
    "text", ["", "1", "h", "0h", "-1h", "1 h", "1w", "1h30m", "٣h", "9999999d"]
)
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no length of time"):
        seconds(text)


@pytest.mark.parametrize("which", ["bob", "--since"])
def test_a_dry_run_shows_what_would_be_done_and_what_refused_and_does_nothing(
    day: Day, rolecall: Command, which: str
) -> None:
    made, cases = day
    made.attach(user("carol"))
    chosen = ("--since", "1h") if which == "--since" else (cases["bob"],)
    done = rolecall("undo", *chosen, "--dry-run")
    assert done.exit_code == 0, done.output
    assert "iam:AttachUserPolicy(UserName=bob" in done.output
    assert (f"{cases['carol']} would be refused" in done.output) is (which == "--since")
    assert {made.status(case_id) for case_id in cases.values()} == {Status.REMEDIATED}
    assert list(made.ledger.exemptions()) == []
