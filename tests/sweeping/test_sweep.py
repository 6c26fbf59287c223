"""A sweep opens what nobody saw, ends what is no longer true, and tells much at once."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from rolecall.errors import SweepError, UnsettledError
from rolecall.model.cases import DIGEST, Status
from rolecall.model.facets import Facet
from rolecall.model.scales import Severity
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.model.sweeps import LastSweep, Sweep
from rolecall.replaying.memory import MemoryAccount
from tests.detection.staged import ATTACH, ATTACHED, BOB, change
from tests.states import ACCOUNT
from tests.sweeping.sketches import SketchedAccount
from tests.world import ACTING, ADMIN, BREAK_GLASS, PROTECT, World, settings

ATTACHMENT = {Facet.USER_ATTACHED_POLICIES: {ATTACHED: "PowerUserAccess"}}
VIA_GROUPS = "user-permissions-via-groups"
KEYS = "no-long-term-access-keys"
QUIET = 'version: 1\ndefaults: {mode: "off"}\n' + PROTECT


def only(*conventions: str, mode: str = "notify", more: str = "") -> str:
    """Settings in which only these conventions are on."""
    entries = "".join(f"  {one}: {{mode: {mode}{more}}}\n" for one in conventions)
    return f"{QUIET}conventions:\n{entries}"


def in_good_order(account: MemoryAccount) -> MemoryAccount:
    """An account whose break-glass user is an admin by its group, as it should be."""
    admins = SubjectRef("group", "admins", ACCOUNT)
    account.add(admins, {Facet.GROUP_ATTACHED_POLICIES: ADMIN[Facet.USER_ATTACHED_POLICIES]})
    account.add(BREAK_GLASS, {Facet.USER_GROUPS: ["admins"]})
    return account


def world(text: str = "", *, swept_before: bool = True) -> World:
    """A world in which bob has a policy of his own, which no record has told."""
    made = World(settings(text or only(VIA_GROUPS)), in_good_order(MemoryAccount()))
    made.account.add(BOB, ATTACHMENT)
    if swept_before:
        ids = tuple(convention.id for convention in made.registry)
        made.ledger.swept(LastSweep(Sweep("s-0", "2026-11-01T00:00:00Z"), "", ids))
    return made


def user(number: int) -> SubjectRef:
    """One of many users."""
    return SubjectRef("user", f"user-{number:04}", ACCOUNT)


def cases(made: World) -> dict[str, str]:
    """The status of each case, by the name of its subject."""
    return {case.drift.subject.name: case.status.value for case in made.ledger.cases()}


def test_a_first_sweep_tells_what_it_finds() -> None:
    made = world(swept_before=False)
    swept = made.sweep()
    (case,) = made.ledger.cases()
    assert (case.status, case.origin.swept, case.origin.event_id) == (Status.NOTIFIED, True, "s-1")
    assert [told.id for told in made.bus.published] == [case.id]
    assert (swept.opened, swept.missed, swept.resolved) == (1, 0, 0)


def test_what_a_later_sweep_finds_waits_for_its_record_and_is_told_when_none_comes() -> None:
    made = world()
    made.sweep()
    (case,) = made.ledger.cases()
    assert case.status is Status.WAITING
    assert made.bus.published == []
    assert made.remedies.sent == [(case.id, 900)]
    assert made.settle(case.id).status is Status.NOTIFIED
    assert made.bus.statuses == ["notified"]


@pytest.mark.peer(71, "iambic: who made a change is lost when the scan comes before its event")
def test_a_record_that_comes_after_the_sweep_takes_its_case_over() -> None:
    made = world(only(VIA_GROUPS, mode="remediate"))
    made.sweep()
    (case_id,) = made.detector.detect(change()).cases
    (case,) = made.ledger.cases()
    assert (case.id, case.status, case.origin.call) == (
        case_id,
        Status.PENDING,
        "iam:AttachUserPolicy",
    )
    assert made.settle(case_id).status is Status.REMEDIATED
    assert made.account.state[BOB][Facet.USER_ATTACHED_POLICIES] == {}


def test_a_record_takes_over_a_case_that_was_only_told() -> None:
    made = world(only(VIA_GROUPS, mode="remediate"), swept_before=False)
    made.sweep()
    made.detector.detect(change())
    (case,) = made.ledger.cases()
    assert (case.status, case.origin.swept) == (Status.PENDING, False)


@pytest.mark.parametrize(
    ("mode", "stands"), [("approve", "awaiting-approval"), ("notify", "notified")]
)
def test_a_record_of_a_template_takes_over_what_may_be_more_than_told(
    mode: str, stands: str
) -> None:
    made = world(only(VIA_GROUPS, mode=mode), swept_before=False)
    made.sweep()
    template = ATTACH["userIdentity"] | {"invokedBy": "cloudformation.amazonaws.com"}
    made.detector.detect(change(userIdentity=template))
    (case,) = made.ledger.cases()
    assert case.origin.swept is (mode == "notify")
    made.clock.now += 3600
    if case.status is Status.WAITING:
        made.settle(case.id)
    assert made.ledger.get(case.id).case.status == stands
    assert made.bus.statuses.count("notified") == 1


@pytest.mark.parametrize("mode", ["notify", "remediate"])
def test_a_sweep_after_the_record_finds_nothing_new(mode: str) -> None:
    made = world(only(VIA_GROUPS, mode=mode))
    (case_id,) = made.detector.detect(change()).cases
    made.clock.now += 3 * 86_400
    assert made.sweep().opened == 0
    assert [case.id for case in made.ledger.cases()] == [case_id]


def test_the_same_drift_is_one_case_however_often_it_is_swept() -> None:
    made = world(swept_before=False)
    for day in range(4):
        made.clock.now += 86_400
        made.sweep(f"s-{day}")
    assert len(list(made.ledger.cases())) == 1
    assert len(made.bus.published) == 1


def test_a_sweep_never_puts_right_unless_the_settings_say_so() -> None:
    made = world(only(VIA_GROUPS, mode="remediate"), swept_before=False)
    made.sweep()
    (case,) = made.ledger.cases()
    assert (case.status, case.reason) == (Status.NOTIFIED, "a sweep found it, which only tells")
    assert made.account.calls == []


def test_a_sweep_puts_right_where_the_settings_say_so() -> None:
    made = world(only(VIA_GROUPS, mode="remediate", more=", sweep_acts: true"))
    made.sweep()
    (case,) = made.ledger.cases()
    assert case.status is Status.PENDING
    assert made.settle(case.id).status is Status.REMEDIATED
    assert made.account.state[BOB][Facet.USER_ATTACHED_POLICIES] == {}


def test_a_first_sweep_never_puts_right_whatever_the_settings_say() -> None:
    made = world(only(VIA_GROUPS, mode="remediate", more=", sweep_acts: true"), swept_before=False)
    made.sweep()
    made.sweep("s-2")
    assert cases(made) == {"bob": "notified"}
    assert made.account.calls == []


def test_much_at_once_is_told_in_one_digest() -> None:
    made = world(swept_before=False)
    for number in range(300):
        made.account.add(user(number), ATTACHMENT)
    assert made.sweep().opened == 301
    (digest,) = made.bus.published
    assert digest.drift.convention == DIGEST
    assert digest.severity is Severity.HIGH
    assert digest.drift.says == "A sweep found 301 drifts that nobody was told of: 301 high."
    assert len(digest.advice) == 2 + 1 + 10
    made.clock.now += 2 * 3600
    assert made.overdue.bring_forward() == []
    made.sweep("s-2")
    assert len(made.bus.published) == 1


def test_few_are_told_each_for_itself() -> None:
    made = world(swept_before=False)
    for number in range(4):
        made.account.add(user(number), ATTACHMENT)
    made.sweep()
    assert made.bus.statuses == ["notified"] * 5


def test_what_is_new_in_a_later_sweep_and_much_is_missed_by_events_and_told_at_once() -> None:
    made = world()
    for number in range(10):
        made.account.add(user(number), ATTACHMENT)
    swept = made.sweep()
    assert (swept.opened, swept.missed) == (11, 6)
    (digest,) = made.bus.published
    assert digest.drift.found == {"drifts": {VIA_GROUPS: 6}}


def test_a_convention_that_is_swept_for_the_first_time_has_missed_nothing() -> None:
    made = world(swept_before=False)
    made.ledger.swept(LastSweep(Sweep("s-0", "2026-11-01T00:00:00Z"), "", (KEYS,)))
    assert (made.sweep().missed, cases(made)) == (0, {"bob": "notified"})


def test_of_two_cases_about_one_drift_the_latest_is_left() -> None:
    made = world()
    (first,) = made.detector.detect(change()).cases
    made.clock.now += 2 * 86_400
    (second,) = made.detector.detect(change(eventID="a-day-later")).cases
    made.sweep()
    statuses = {case.id: case.status.value for case in made.ledger.cases()}
    assert statuses == {first: "resolved", second: "notified"}


def test_what_is_gone_since_ends() -> None:
    made = world(swept_before=False)
    made.sweep()
    made.account.state[BOB][Facet.USER_ATTACHED_POLICIES] = {}
    made.clock.now += 86_400
    assert made.sweep("s-2").resolved == 1
    assert cases(made) == {"bob": "resolved"}


def test_what_is_about_a_subject_that_is_gone_ends() -> None:
    made = world(swept_before=False)
    made.sweep()
    del made.account.state[BOB]
    made.clock.now += 86_400
    assert made.sweep("s-2").resolved == 1
    assert cases(made) == {"bob": "resolved"}


def test_a_case_that_is_younger_than_the_lists_does_not_end() -> None:
    made = world()
    sweeper = made.sweeper
    begun = sweeper.begin("s-1")
    made.detector.detect(change())
    made.account.state[BOB][Facet.USER_ATTACHED_POLICIES] = {}  # the lists show it so
    assert sweeper.go_on(begun, lambda: True).sweep.resolved == 0
    assert cases(made) == {"bob": "notified"}


def test_what_a_worker_has_in_hand_is_left_to_it() -> None:
    made = world(only(VIA_GROUPS, mode="remediate"))
    made.detector.detect(change())
    made.account.state[BOB][Facet.USER_ATTACHED_POLICIES] = {}
    made.clock.now += 3600
    assert made.sweep().resolved == 0
    assert cases(made) == {"bob": "pending"}


def test_a_change_itself_and_an_announcement_do_not_end_with_a_sweep() -> None:
    made = World(settings(only("root-usage", VIA_GROUPS)), in_good_order(MemoryAccount()))
    root: dict[str, Any] = {
        "userIdentity": {"type": "Root", "accountId": ACCOUNT},
        "eventName": "ListUsers",
    }
    made.detector.detect(change(**root))
    made.clock.now += 3600
    made.sweep()
    assert cases(made) == {ACCOUNT: "notified"}


def test_an_exempt_drift_stays_exempt_until_the_exemption_ends() -> None:
    entry = (
        "exemptions:\n  - {id: EX-1, convention: " + VIA_GROUPS + ", "
        f"subject: 'arn:aws:iam::{ACCOUNT}:user/b*', reason: moves in March, "
        "owner: platform-oncall, expires: 2026-11-30}\n"
    )
    made = world(only(VIA_GROUPS) + entry, swept_before=False)
    made.sweep()
    assert cases(made) == {"bob": "exempt"}
    made.sweep("s-2")
    assert (cases(made), made.bus.published) == ({"bob": "exempt"}, [])
    made.clock.now += 60 * 86_400
    made.sweep("s-3")
    statuses = sorted(case.status.value for case in made.ledger.cases())
    assert statuses == ["resolved", "waiting"]


def test_out_of_time_it_goes_on_where_it_stopped() -> None:
    made = world(swept_before=False)
    for number in range(9):
        made.account.add(user(number), ATTACHMENT)
    sweep, runs = made.sweeper.begin("s-1"), 0
    done = False
    while not done:
        left = iter([True] * 4)
        found = made.sweeper.go_on(sweep, lambda: next(left, False))  # noqa: B023
        sweep, done, runs = found.sweep, found.done, runs + 1
    assert (runs, sweep.judged, sweep.opened) == (3, 11, 10)
    assert len(made.bus.published) == 1


def test_a_run_that_is_repeated_opens_nothing_twice() -> None:
    made = world(swept_before=False)
    for number in range(9):
        made.account.add(user(number), ATTACHMENT)
    begun = made.sweeper.begin("s-1")
    left = iter([True] * 4)
    made.sweeper.go_on(begun, lambda: next(left, False))  # and its worker dies
    found = made.sweeper.go_on(begun, lambda: True)
    assert found.done
    assert len(list(made.ledger.cases())) == 10 + 1  # the digest
    assert len(made.bus.published) == 1


def _sketched(text: str = "", **old: Any) -> tuple[World, SketchedAccount]:
    account = SketchedAccount()
    made = World(settings(text or only(KEYS)), account=account)
    account.add(BOB, {Facet.USER_ACCESS_KEYS: old.get("now", {})})
    account.old[BOB] = {Facet.USER_ACCESS_KEYS: old.get("listed", {})}
    account.reads.clear()
    return made, account


def test_what_an_old_list_shows_is_looked_at_before_anybody_hears_of_it() -> None:
    made, account = _sketched(listed={"access key 1": "Active"}, now={"AKIAEXAMPLE1": "Active"})
    made.sweep()
    (case,) = made.ledger.cases()
    assert (case.drift.part, account.reads) == ("AKIAEXAMPLE1", [BOB])


def test_what_an_old_list_shows_and_is_gone_by_now_is_no_drift() -> None:
    made, account = _sketched(listed={"access key 1": "Active"}, now={})
    assert made.sweep().opened == 0
    assert account.reads == [BOB]


def test_what_is_known_already_is_not_read_again() -> None:
    made, account = _sketched(listed={"access key 1": "Active"}, now={"AKIAEXAMPLE1": "Active"})
    made.sweep()
    account.reads.clear()
    made.sweep("s-2")
    assert (account.reads, len(list(made.ledger.cases()))) == ([], 1)


def test_the_calls_of_a_sweep_do_not_grow_with_subjects() -> None:
    made, account = _sketched()
    for number in range(500):
        account.add(user(number), {})
    account.reads.clear()
    assert made.sweep().judged == 502
    assert account.reads == []


def test_a_facet_that_no_list_carries_is_read_within_the_calls_of_the_settings() -> None:
    text = only(KEYS, VIA_GROUPS).replace("conventions", "sweep: {calls: 100}\nconventions", 1)
    made, account = _sketched(text)
    account.unlisted = frozenset({Facet.USER_INLINE_POLICIES})
    for number in range(150):
        account.add(user(number), ATTACHMENT)
    account.reads.clear()
    found = made.sweeper.go_on(made.sweeper.begin("s-1"), lambda: True)
    assert (found.done, found.sweep.calls) == (False, 100)
    again = made.sweeper.go_on(found.sweep, lambda: True)
    assert (again.done, again.sweep.calls) == (True, 152)


def test_all_that_no_list_carries_of_a_subject_is_read_at_once() -> None:
    made, account = _sketched(only(VIA_GROUPS))
    account.unlisted = frozenset({Facet.USER_INLINE_POLICIES, Facet.USER_ATTACHED_POLICIES})
    account.add(BOB, ATTACHMENT)
    account.reads.clear()
    made.sweeper.go_on(made.sweeper.begin("s-1"), lambda: True)
    assert account.reads.count(BOB) == 1
    assert cases(made)["bob"] == "notified"


def test_lists_that_alone_take_all_calls_are_an_error_that_says_what_to_do() -> None:
    class Costly(SketchedAccount):
        @property
        def spent(self) -> int:
            self.reads.append(BOB)
            return len(self.reads) * 100_000

    made = World(settings(only(KEYS)), account=Costly())
    with pytest.raises(SweepError, match=r"raise sweep\.calls"):
        made.sweeper.go_on(made.sweeper.begin("s-1"), lambda: True)


def test_a_convention_that_raises_does_not_silence_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = world(only(VIA_GROUPS, KEYS), swept_before=False)

    def broken(*_: object) -> Any:
        raise ValueError("broken")

    sweeper = made.sweeper
    (keys,) = (c for c in sweeper._looker.conventions if c.id == KEYS)
    monkeypatch.setattr(type(keys), "drifts", broken)
    found = sweeper.go_on(sweeper.begin("s-1"), lambda: True)
    assert [str(error) for error in found.errors] == ["broken", "broken"]
    assert cases(made) == {"bob": "notified"}


def test_what_cannot_be_read_is_said_once_and_silences_nothing_else() -> None:
    class Denied(SketchedAccount):
        unlisted = frozenset({Facet.USER_ACCESS_KEYS, Facet.USER_INLINE_POLICIES})

        def read(self, ref: SubjectRef, facets: Iterable[Facet]) -> Subject | None:
            wanted = set(facets)
            if len(wanted) < 10 and Facet.USER_ACCESS_KEYS in wanted:
                raise UnsettledError("AWS denies iam:ListAccessKeys.")
            return super().read(ref, wanted)

    made = World(settings(only(VIA_GROUPS, KEYS)), account=Denied())
    made.account.add(BOB, ATTACHMENT)
    in_good_order(made.account)
    found = made.sweeper.go_on(made.sweeper.begin("s-1"), lambda: True)
    assert [str(error) for error in found.errors] == ["AWS denies iam:ListAccessKeys."]
    assert (found.done, cases(made)) == (True, {"bob": "notified"})


def test_what_is_off_is_not_looked_for() -> None:
    made = world(only(KEYS), swept_before=False)
    assert made.sweep().opened == 0


def test_what_only_observes_is_written_and_not_told() -> None:
    made = world(only(VIA_GROUPS, mode="observe"), swept_before=False)
    made.sweep()
    assert (cases(made), made.bus.published) == ({"bob": "observed"}, [])


def _trust(principal: dict[str, str], action: str, **condition: Any) -> dict[Facet, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, **condition}
    return {Facet.ROLE_TRUST: json.dumps({"Version": "2012-10-17", "Statement": [statement]})}


@pytest.mark.peer(
    85, "iambic #388, #421, #469: the first import is full of AWS's own roles and policies"
)
def test_what_aws_made_itself_is_no_drift_in_the_first_sweep_of_an_ordinary_account() -> None:
    made = World(settings("version: 1\n" + PROTECT), in_good_order(MemoryAccount()))
    support = {"Service": "support.amazonaws.com"}
    saml = f"arn:aws:iam::{ACCOUNT}:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE"
    aud = {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}
    for name, path, state in (
        (
            "AWSServiceRoleForSupport",
            "/aws-service-role/support.amazonaws.com/",
            _trust(support, "sts:AssumeRole"),
        ),
        (
            "AWSReservedSSO_Admin_0123456789abcdef",
            "/aws-reserved/sso.amazonaws.com/",
            _trust({"Federated": saml}, "sts:AssumeRoleWithSAML", Condition=aud),
        ),
        (
            "OrganizationAccountAccessRole",
            "/",
            _trust({"AWS": "arn:aws:iam::444455556666:root"}, "sts:AssumeRole"),
        ),
    ):
        made.account.add(SubjectRef("role", name, ACCOUNT), state, path)
    admin = "arn:aws:iam::aws:policy/AdministratorAccess"
    made.account.add(
        SubjectRef("policy", admin, ACCOUNT),
        {
            Facet.POLICY_DOCUMENT: '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
        },
    )
    assert made.sweep().judged == 2 + 3 + 1
    assert {case.drift.subject.kind for case in made.ledger.cases()} <= {"group", "account"}


def test_break_glass_is_protected_in_a_sweep_as_well() -> None:
    made = World(settings(ACTING))
    made.sweep()
    assert cases(made)["break-glass"] == "protected"


def test_a_kind_that_cannot_be_listed_is_an_error_of_the_sweep_that_ends_all_the_same() -> None:
    world = World(settings(ACTING))
    world.account.errors.append(UnsettledError("AWS denies rolesanywhere:ListTrustAnchors."))
    found = world.sweeper.go_on(world.sweeper.begin("s-1"), lambda: True)
    assert found.done
    assert found.errors == tuple(world.account.errors)
