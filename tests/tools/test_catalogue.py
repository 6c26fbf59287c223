"""Who looks for a convention by its family, a standard or an event finds it."""

from pathlib import Path
from typing import Any

import pytest

from rolecall.convention import ActivityConvention, Convention
from rolecall.model.scales import Severity
from rolecall.model.standards import (
    CIS_CONSOLE_MFA,
    CIS_NO_FULL_ADMIN,
    CIS_PASSWORD_REUSE,
    Standard,
    config_rule,
)
from rolecall.registry import Registry
from tests.samples import ROOT
from tests.world import settings
from tools import catalogue, pages

SETTINGS = settings()
CONVENTIONS = list(Registry(SETTINGS.options))
every_convention = pytest.mark.parametrize("convention", CONVENTIONS, ids=lambda c: c.id)


def made(id_: str, family: str = "groups", base: type = Convention, **declared: Any) -> Convention:
    """A convention that no file holds."""
    of_all = {
        "__doc__": "All is well.",
        "__module__": f"rolecall.conventions.{family}.{id_.replace('-', '_')}",
        "id": id_,
        "severity": Severity.LOW,
        "standards": (config_rule("some-rule"),),
        "watches": (),
        "needs": (),
    }
    found: Convention = type("Made", (base,), of_all | declared)()
    return found


def rows(page: str, first: str) -> list[str]:
    """The rows of a page's tables that begin with this cell."""
    return [line for line in page.splitlines() if line.startswith(f"| {first} |")]


def headings(page: str) -> list[str]:
    return [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")]


@every_convention
def test_it_stands_once_in_the_index_under_its_family(convention: Convention) -> None:
    page = catalogue.by_family(CONVENTIONS, SETTINGS)
    family = type(convention).__module__.split(".")[-2].replace("_", " ").capitalize()
    (section,) = [s for s in page.split("\n## ")[1:] if f"[{convention.id}](" in s]
    assert section.startswith(f"{family}\n")
    assert len(rows(page, f"[{convention.id}]({convention.id}.md)")) == 1


@every_convention
def test_it_stands_once_in_the_readme(convention: Convention) -> None:
    text = (ROOT / "README.md").read_text()
    assert text.count(f"](docs/conventions/{convention.id}.md)") == 1


def test_a_family_has_the_line_of_its_package() -> None:
    from rolecall.conventions import groups  # noqa: PLC0415  # only for its docstring

    page = catalogue.by_family(CONVENTIONS, SETTINGS)
    assert f"## Groups\n\n{groups.__doc__}\n\n" in page


def test_families_come_in_the_order_of_the_tour_and_unknown_ones_last() -> None:
    shuffled = ["zoo", "guards", "federation", "ants", "roles", "service_roles", "groups"]
    found = catalogue.families([made(f"a-{n}", name) for n, name in enumerate(shuffled)])
    assert [package.rpartition(".")[2] for package in found] == [
        "groups", "roles", "service_roles", "federation", "guards", "ants", "zoo",
    ]  # fmt: skip


@every_convention
def test_it_stands_at_each_standard_that_it_meets(convention: Convention) -> None:
    page = catalogue.by_standard(CONVENTIONS)
    for standard in convention.standards:
        at = f"{pages.ids_of(standard)} | {pages.title_of(standard)}"
        (row,) = rows(page, at)
        assert f"[{convention.id}](" in row


def test_conventions_that_meet_one_standard_share_its_row() -> None:
    rule = (config_rule("some-rule"),)
    page = catalogue.by_standard([made("one", standards=rule), made("two", standards=rule)])
    assert rows(page, "some-rule") == ["| some-rule |  | [one](one.md), [two](two.md) |"]


def test_standards_are_by_body_and_in_the_order_of_their_numbers() -> None:
    by_title = Standard("IAM user guide", "IAM user groups")
    met = (by_title, CIS_NO_FULL_ADMIN, CIS_CONSOLE_MFA, CIS_PASSWORD_REUSE)
    page = catalogue.by_standard([made("one", standards=met)])
    assert headings(page) == ["CIS AWS Foundations", "IAM user guide"]
    numbers = [line.split()[1] for line in page.splitlines() if line.startswith("| 1.")]
    assert numbers == ["1.9", "1.10", "1.16"]


def test_an_asterisk_in_a_title_is_shown_and_no_emphasis() -> None:
    page = catalogue.by_standard([made("one", standards=(CIS_NO_FULL_ADMIN,))])
    assert r'full "\*:\*" administrative' in page


@every_convention
def test_it_stands_at_each_call_that_makes_it_look_or_may_end_its_cases(
    convention: Convention,
) -> None:
    page = catalogue.by_event(CONVENTIONS)
    for calls, column in ((convention.watches, 2), (convention.settled_by, 3)):
        for call in calls:
            (row,) = rows(page, f"`{call}`")
            assert f"[{convention.id}](" in row.split("|")[column]


def test_calls_are_by_service() -> None:
    watching = made("one", watches=("iam:CreateRole", "ec2:RunInstances", "iam:CreateGroup"))
    page = catalogue.by_event([watching])
    assert headings(page)[:2] == ["ec2", "iam"]
    assert page.index("## iam") < page.index("`iam:CreateGroup`") < page.index("`iam:CreateRole`")


def test_one_that_judges_the_event_itself_stands_with_its_pattern() -> None:
    page = catalogue.by_event(CONVENTIONS)
    (root,) = rows(page, "[root-usage](root-usage.md)")
    assert '"userIdentity": {"type": ["Root"]}' in root
    (own,) = rows(page, "[own-role-used-by-others](own-role-used-by-others.md)")
    assert "of Rolecall's own roles" in own
    assert "of Rolecall's own roles" not in root


def test_a_pattern_that_names_calls_stands_at_those_calls_too() -> None:
    named = {"eventSource": ["sts.amazonaws.com"], "eventName": ["GetFederationToken"]}
    any_of = {"eventSource": ["iam.amazonaws.com"], "eventName": [{"prefix": "Create"}]}
    page = catalogue.by_event(
        [
            made("one", base=ActivityConvention, pattern={"detail": named}),
            made("two", base=ActivityConvention, pattern={"detail": any_of}),
        ]
    )
    assert rows(page, "`sts:GetFederationToken`") == [
        "| `sts:GetFederationToken` | [one](one.md) |  |"
    ]
    assert headings(page) == ["sts", "Judged by the event itself"]


def test_the_readme_counts_what_acts_and_what_tells() -> None:
    acting = made("one", watches=("iam:CreateRole",), remedies=("iam:DeleteRole",))
    text = catalogue.readme([acting, made("two"), made("three", "roles")])
    assert text.startswith("3 conventions; 1 can put right what they find, the others tell.")
    assert "- **Groups** (2)." in text
    assert "- **Roles** (1)." in text


def test_only_the_block_of_the_readme_is_written(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(
        "before\n<!-- begin generated: conventions (x) -->\nold\n"
        "<!-- end generated: conventions -->\nafter\n"
    )
    files = catalogue.generated(tmp_path, CONVENTIONS, SETTINGS)
    lines = files[Path("README.md")].splitlines()
    assert (lines[0], lines[-1]) == ("before", "after")
    assert "old" not in lines
    assert f"{len(CONVENTIONS)} conventions;" in files[Path("README.md")]


def test_a_copy_without_a_readme_gets_none(tmp_path: Path) -> None:
    files = catalogue.generated(tmp_path, CONVENTIONS, SETTINGS)
    assert {path.name for path in files} == {"README.md", "by-standard.md", "by-event.md"}
    assert Path("README.md") not in files
