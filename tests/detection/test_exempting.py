"""Whether somebody is exempt is asked of the live account, and only where it matters."""

from collections.abc import Iterable
from typing import Any

import pytest

from rolecall.model.cases import Case, Status
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.settings.exemptions import Exemption
from tests.detection.staged import ATTACH, BOB, change, world
from tests.samples import sample
from tests.settings.yaml import exemption, text
from tests.states import UNIQUE_IDS
from tests.world import ACTING, World, settings

ANOTHER = "AIDAEXAMPLE0000000002"
DAY = 86_400
PARTS: dict[str, Any] = {
    "id": "EX-1",
    "convention": ("user-permissions-via-groups",),
    "subject": BOB.arn,
    "reason": "it moves",
    "owner": "ops",
    "expires": "2027-03-31",
    "unique_id": UNIQUE_IDS["user"],
}


class Asked(World):
    """A world that counts how often it is asked for a unique id."""

    def __init__(self, rest: str, unique_id: str = UNIQUE_IDS["user"]) -> None:
        made = world(ACTING + rest)
        super().__init__(made.settings, made.account)
        self.account.ids[BOB] = unique_id
        self.asked: list[SubjectRef] = []
        ask = self.account.unique_id

        def counted(ref: SubjectRef) -> str | None:
            self.asked.append(ref)
            return ask(ref)

        self.account.unique_id = counted  # type: ignore[method-assign]

    def seen(self, event: str = "e-1", **record: Any) -> Case:
        """The case after somebody attached bob's policy."""
        seen = self.detector.detect(change(eventID=event, **record))
        return self.ledger.get(seen.cases[0]).case


def test_nobody_is_asked_for_an_id_where_no_exemption_depends_on_it() -> None:
    """The exempt pay one call more; the others none."""
    ended = exemption(expires="2026-11-01")
    other = exemption(subject=f"{BOB.arn}by")
    pattern = exemption(subject=f'"{BOB.arn}*"')
    of_another_convention = exemption(convention="no-long-term-access-keys")
    for rest in ("", ended, other, pattern, of_another_convention):
        made = Asked(rest)
        made.settle(made.seen().id)
        assert made.asked == []
    made = Asked(exemption())
    assert made.seen().status is Status.EXEMPT
    assert made.asked == [BOB]


def test_a_clean_subject_is_not_asked_for() -> None:
    made = Asked(exemption())
    made.account.add(BOB, {})
    assert made.detector.detect(change()).outcome == "clean"
    assert made.asked == []


def test_what_the_reading_told_is_not_asked_for_again() -> None:
    created = sample("role-no-wildcard-trust/drift-create-role-open-to-all").change
    role = SubjectRef("role", (created.request or {})["roleName"], created.account)
    rest = exemption(convention="role-no-wildcard-trust", subject=role.arn)
    made = Asked(rest)
    made.account.stage(created, [role])
    # The account in memory tells ids only when asked; AWS tells a role's with its trust.
    read = made.account.read

    def telling(ref: SubjectRef, facets: Iterable[Facet]) -> Subject | None:
        found = read(ref, facets)
        return found and subject(ref, found.state, found.path, UNIQUE_IDS["role"])

    made.account.read = telling  # type: ignore[method-assign]
    found = [made.ledger.get(case_id).case for case_id in made.detector.detect(created).cases]
    (case,) = [case for case in found if case.drift.convention == "role-no-wildcard-trust"]
    assert case.status is Status.EXEMPT
    assert made.asked == []


@pytest.mark.parametrize(
    ("unique_id", "status", "says"),
    [
        (UNIQUE_IDS["user"], Status.EXEMPT, "exemption EX-1 of platform-oncall"),
        (ANOTHER, Status.PENDING, "exemption EX-1 is for another subject of this name"),
        ("", Status.NOTIFIED, "exemption EX-1 may be for another subject"),
    ],
)
def test_a_user_made_again_under_an_exempt_name_is_not_exempt(
    unique_id: str, status: Status, says: str
) -> None:
    case = Asked(exemption(), unique_id).seen()
    assert case.status is status
    assert case.reason.startswith(says)


def test_an_exemption_that_is_for_another_does_not_hold_before_the_write_either() -> None:
    """What changed between the alert and the remedy counts, both ways."""
    made = Asked(exemption(), ANOTHER)
    case = made.seen()
    made.account.ids[BOB] = UNIQUE_IDS["user"]
    assert made.settle(case.id).status is Status.EXEMPT
    assert made.account.calls == []
    made = Asked(exemption(), ANOTHER)
    case = made.seen()
    made.account.ids[BOB] = ""
    assert made.settle(case.id).status is Status.NOTIFIED
    assert made.account.calls == []


def test_an_exempt_case_does_not_hide_who_took_its_name() -> None:
    """All of it within a second: every read already sees the new bob with the old bob's drift."""
    made = Asked(exemption())
    first = made.seen()
    assert first.status is Status.EXEMPT
    made.account.ids[BOB] = ANOTHER
    second = made.seen("e-2")
    assert (second.status, made.bus.statuses) == (Status.PENDING, ["pending"])
    assert made.ledger.get(first.id).case.status is Status.RESOLVED
    assert made.settle(second.id).status is Status.REMEDIATED


def test_an_exempt_case_seen_again_is_still_known() -> None:
    made = Asked(exemption())
    first = made.seen()
    assert made.detector.detect(change(eventID="e-2")).outcome == "known"
    assert made.ledger.get(first.id).case == first


def test_an_exempt_drift_beside_another_of_its_subject_stays_exempt_and_the_other_stays_told() -> (
    None
):
    made = Asked(exemption())
    made.account.state[BOB][Facet.USER_INLINE_POLICIES]["own"] = "{}"
    assert len(made.detector.detect(change()).cases) == 2
    made.account.ids[BOB] = ANOTHER
    made.detector.detect(change(eventID="e-2"))
    found = [case.status for case in made.ledger.cases()]
    assert sorted(found) == [Status.PENDING] * 2 + [Status.RESOLVED] * 2


def test_what_was_told_before_its_subject_was_exempt_is_not_told_again_when_it_is_no_longer() -> (
    None
):
    made = Asked("")
    made.settings = settings(text())
    told = made.seen()
    made.settings = settings(text(exemption()))
    made.account.state[BOB][Facet.USER_INLINE_POLICIES]["own"] = "{}"
    made.detector.detect(change(eventID="e-2"))
    made.account.ids[BOB] = ANOTHER
    made.detector.detect(change(eventID="e-3"))
    found = [case.status for case in made.ledger.cases()]
    assert sorted(found) == [Status.NOTIFIED, Status.NOTIFIED, Status.RESOLVED]
    assert made.ledger.get(told.id).case == told
    assert made.bus.statuses == ["notified"] * 2


def test_exemptions_in_a_row_all_end_and_each_skip_names_the_one_that_holds() -> None:
    """Several in a row all end; iambic removes from the list that it walks, so every other one stays."""
    row = "exemptions:\n"
    for number, expires in enumerate(("2026-11-03", "2026-11-05", "2026-11-07"), 1):
        entry = exemption(id=f"EX-{number}", expires=expires)
        row += entry.removeprefix("exemptions:\n")
    made = Asked(row)
    first = made.seen()
    assert (first.status, first.reason) == (
        Status.EXEMPT,
        "exemption EX-3 of platform-oncall until 2026-11-07",
    )
    made.clock.now += 6 * DAY
    last = made.seen("e-2")
    assert (last.status, last.reason) == (Status.PENDING, "exemption EX-3 ended on 2026-11-07")


@pytest.mark.parametrize(
    "changed",
    [
        {"convention": ("no-long-term-access-keys",)},
        {"subject": BOB.arn.replace("bob", "carol")},
        {"unique_id": ANOTHER},
        {"expires": "2026-11-01"},
        {"expires": "2028-01-01"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_every_part_of_an_exemption_must_hold(changed: dict[str, Any]) -> None:
    """policy-guard joins its parts by "or"; Cloud Custodian (#8650) ignores some. Skips have names."""
    made = Asked("")
    made.settings.exemptions = (Exemption(**PARTS),)
    assert made.seen("e-1").reason.startswith("exemption EX-1 of ops")
    made = Asked("")
    made.settings.exemptions = (Exemption(**PARTS | changed),)
    case = made.seen("e-2")
    assert case.status is not Status.EXEMPT
    named_here = not changed.keys() & {"convention", "subject"}
    assert case.reason.startswith("exemption EX-1 ") is named_here


def test_an_exemption_is_about_the_subject_and_never_about_who_did_it() -> None:
    """policy-guard excludes by the actor, so that whoever is exempt exempts whom he likes."""
    carol = BOB.arn.replace("bob", "carol")
    by_carol = {"type": "IAMUser", "arn": carol, "userName": "carol", "accountId": BOB.account}
    made = Asked(exemption(subject=carol))
    case = made.seen(userIdentity=ATTACH["userIdentity"] | by_carol)
    assert (case.status, "carol" in case.origin.actor) == (Status.PENDING, True)


def test_a_tag_on_the_subject_cannot_lift_a_drift_by_itself() -> None:
    """Whoever owns the subject could cancel the sanction (Cloud Custodian #7164)."""
    launched = sample("ec2-launched-with-profile/drift-run-instances").change
    made = world(ACTING)
    items = (launched.response or {})["instancesSet"]["items"]
    tags = {"rolecall:exemption": "EX-1", "exempt": "true", "Exempt ": "true"}
    for item in items:
        of = SubjectRef("instance", item["instanceId"], launched.account, launched.region)
        made.account.stage(launched, [of])
        made.account.state[of][Facet.INSTANCE_TAGS].update(tags)
    seen = made.detector.detect(launched)
    assert made.ledger.get(seen.cases[0]).case.status is Status.PENDING
