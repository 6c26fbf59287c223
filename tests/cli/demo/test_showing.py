"""What the demo shows is plain where there is no terminal, and fits 80 columns."""

import io

import pytest
from rich.cells import cell_len

from rolecall.model.cases import Status
from rolecall_cli.demo import closing, report, slack
from rolecall_cli.demo.screen import Screen, span
from rolecall_cli.demo.verdict import Seen
from tests.cli.demo.seen import body, drift, look_alike, posts, told

WIDTH = 80


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return Screen(io.StringIO())


def _shown(screen: Screen) -> str:
    assert isinstance(screen.console.file, io.StringIO)
    text = screen.console.file.getvalue()
    assert "\x1b" not in text
    assert all(cell_len(line) <= WIDTH for line in text.splitlines())
    assert all(line == line.rstrip() for line in text.splitlines())
    return text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, ""), (0.0421, "42 ms"), (1.26, "1.3 s"), (59.0, "59.0 s"), (83.0, "1 min 23 s")],
)
def test_times_read_well(seconds: float | None, text: str) -> None:
    assert span(seconds) == text


def test_a_slack_message_is_shown_as_its_readers_see_it(screen: Screen) -> None:
    slack.show(screen, posts(Status.REMEDIATED)[0], whole=True)
    text = _shown(screen)
    bare = " ".join(line.strip("▎ ") for line in text.splitlines())
    assert "🔴 HIGH · The policy AdministratorAccess is attached to the user bob itself." in bare
    assert "- attached: arn:aws:iam::aws:policy/AdministratorAccess" in bare
    assert 'rolecall undo c-k5v3qx7m2a4d --stack rolecall --reason "..."' in bare
    assert "```" not in bare
    assert "*" not in bare


def test_slacks_entities_are_shown_as_what_they_stand_for() -> None:
    block = {"type": "section", "text": {"type": "plain_text", "text": "a &lt;b&gt; &amp;lt;"}}
    assert list(slack.lines({"blocks": [block]})) == [("a <b> &lt;", "")]


def test_a_headline_is_one_sentence(screen: Screen) -> None:
    slack.show(screen, posts(Status.REMEDIATED)[0], whole=False)
    assert _shown(screen).rstrip().endswith("put right")
    assert "Before" not in _shown(screen)


def test_every_block_of_a_message_is_shown() -> None:
    blocks = body(Status.REMEDIATED)["blocks"]
    for left_out in range(len(blocks)):
        less = {"blocks": [b for at, b in enumerate(blocks) if at != left_out]}
        assert len(list(slack.lines(less))) < len(list(slack.lines({"blocks": blocks})))


def test_news_is_shown_once_and_an_alert_below_its_verdict(screen: Screen) -> None:
    seen, shown = drift(), set[str]()
    early = told(Status.PENDING)
    report.opening(screen, 1, seen.scene)
    report.news(screen, seen.start, early, posts(Status.PENDING, Status.REMEDIATED), shown)
    for _ in range(2):
        report.news(screen, seen.start, seen.told, seen.posts, shown)
    report.looked(screen, seen)
    words = ["dave attaches", "verdict", '"pending" in', "remedy", '"put right" in', "verified"]
    places = [_shown(screen).index(word) for word in words]
    assert places == sorted(places)
    assert [_shown(screen).count(word) for word in words] == [1] * len(words)


def test_what_the_account_does_not_show_is_shown_as_wrong(screen: Screen) -> None:
    report.looked(screen, drift(found=["AdministratorAccess"]))
    assert "wrong    It is not so that bob has no policy of his own." in _shown(screen)


def test_silence_is_shown_with_what_detect_judged(screen: Screen) -> None:
    report.silent(screen, look_alike())
    assert "250 ms silent   dave does no harm: judged clean; bob has no policy" in _shown(screen)
    report.silent(screen, look_alike(told=told(Status.NOTIFIED), judged=()))
    assert "notified dave does no harm: judged not in time" in _shown(screen)


def test_steps_are_plain_lines_with_their_times(screen: Screen) -> None:
    with screen.step("build", "Build it") as tell:
        tell("Building")
    with screen.waiting("never shown"):
        pass
    assert [line.split()[-1] for line in _shown(screen).splitlines()] == ["Building", "it"]
    assert "never" not in _shown(screen)
    assert screen.spent.keys() == {"build"}


def _row(screen: Screen, seen: Seen) -> list[str]:
    closing.show(screen, [seen], 61.0)
    (row,) = [line for line in _shown_table(screen) if seen.scene.title in line]
    return row.replace(seen.scene.title, "it").split()


def _shown_table(screen: Screen) -> list[str]:
    assert isinstance(screen.console.file, io.StringIO)
    return screen.console.file.getvalue().splitlines()


def test_the_closing_table_says_expected_seen_and_times(screen: Screen) -> None:
    row = _row(screen, drift())
    assert row == ["ok", "it", "remediated", "remediated", "500", "ms", "2.0", "s"]


def test_the_closing_table_marks_what_went_wrong(screen: Screen) -> None:
    row = _row(screen, look_alike(told=told(Status.NOTIFIED), posts=posts(Status.NOTIFIED)))
    assert row[:4] == ["NO", "it", "silent", "notified"]
    assert "0 of 1 went as they must." in _shown_table(screen)[-1]
