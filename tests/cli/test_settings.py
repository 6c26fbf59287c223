"""`rolecall settings check` names the place and the way out."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rolecall.errors import SettingsError
from rolecall_cli.main import app
from rolecall_cli.settings import checked, position
from tests.samples import ROOT

TODAY = date(2026, 11, 25)
EXEMPTION = """version: 1
exemptions:
  - id: EX-1
    convention: root-usage
    subject: arn:aws:iam::111122223333:root
    reason: the yearly drill
    owner: security
    expires: {expires}
"""


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        ("version: 1\ndefault: {}\n", "2:1", "did you mean defaults?"),
        ("version: 1\ndefaults:\n  mode: remidiate\n", "3:3", "defaults.mode"),
        ("version: 1\nconventions:\n  root-use: {}\n", "3:3", "did you mean root-usage?"),
        ("version: 1\nconventions:\n  root-usage: {mod: off}\n", "3:16", "did you mean mode?"),
        ("version: 1\nversion: 1\n", "2:1", "twice"),
        ("version: 1\ndefaults: {mode: remediate}\n", "1:1", "protect nobody"),
        ("version: 1\n  x: [\n", "2:4", "not YAML"),
        (EXEMPTION.format(expires="2026-11-24"), "8:5", "ended on 2026-11-24"),
        (EXEMPTION.format(expires="2028-01-01"), "8:5", "a year is the longest"),
        (
            EXEMPTION.format(expires="2027-01-01").replace("owner: security", "owner: x"),
            "7:5",
            "owner",
        ),
        (
            EXEMPTION.format(expires="2027-01-01").replace("    owner: security\n", ""),
            "3:5",
            "missing",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_column(text: str, at: str, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        checked(text, TODAY, "rolecall.yaml")
    assert str(caught.value).startswith(f"rolecall.yaml:{at}: ")
    assert says in str(caught.value)


@pytest.mark.parametrize("expires", ["2026-11-25", "2027-11-26"])
def test_an_exemption_may_last_from_today_to_a_year(expires: str) -> None:
    found = checked(EXEMPTION.format(expires=expires), TODAY, "rolecall.yaml")
    assert found["exemptions"][0]["expires"] == expires


@pytest.mark.parametrize("text", ["", "7", "[" * 2000, "a: b"])
def test_a_place_that_is_not_there_is_the_top(text: str) -> None:
    assert position(text, ("exemptions", 3, "owner")) == (1, 1)


def test_the_shipped_settings_are_in_order_and_their_modes_are_listed() -> None:
    done = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["settings", "check"])
    assert done.exit_code == 0, done.output
    assert "notify  root-usage" in done.output
    assert "is in order" in done.output


def test_exemptions_that_end_within_two_weeks_are_printed(tmp_path: Path) -> None:
    path = tmp_path / "rolecall.yaml"
    for days, said in ((14, True), (15, False)):
        ends = datetime.now(UTC).date() + timedelta(days=days)
        path.write_text(EXEMPTION.format(expires=ends))
        done = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["settings", "check", str(path)])
        assert done.exit_code == 0, done.output
        assert (f"Exemption EX-1 of security ends on {ends}" in done.output) is said


def test_an_exemption_without_a_unique_id_is_told_where_and_how_to_get_it() -> None:
    text = EXEMPTION.format(expires="2027-01-01").replace(":root", ":user/bob")
    with pytest.raises(SettingsError) as caught:
        checked(text, TODAY, "rolecall.yaml")
    assert str(caught.value) == (
        "rolecall.yaml:3:5: The settings: exemption EX-1, unique_id: say the user's unique id "
        "(AIDA…), for one made again under this name is another; rolecall exempt CASE prints it."
    )


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["settings", "check", str(tmp_path / "none.yaml")])
    assert "There is no settings file" in str(done.exception)
    assert (ROOT / "layers/settings/rolecall.yaml").is_file()
