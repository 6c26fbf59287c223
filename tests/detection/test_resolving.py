"""A call that ends a drift resolves its case, and what comes back is seen again."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from rolecall.model.cases import Status
from rolecall.model.facets import Facet
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.replaying.memory import MemoryAccount
from tests.detection.staged import ATTACHED, BOB, NOTIFYING, change, world, world_of
from tests.samples import sample
from tests.settings.yaml import exemption, text
from tests.states import ACCOUNT

DETACH: dict[str, Any] = {"eventName": "DetachUserPolicy", "eventID": "detached"}


@pytest.mark.parametrize(
    ("rest", "before"),
    [
        ("", Status.NOTIFIED),
        (exemption(), Status.EXEMPT),
        ("conventions: {user-permissions-via-groups: {mode: approve}}\n", Status.AWAITING_APPROVAL),
    ],
)
def test_a_call_that_ends_a_drift_resolves_its_case_and_the_next_one_is_seen_again(
    rest: str, before: Status
) -> None:
    made = world(text(rest))
    (case_id,) = made.detector.detect(change()).cases
    assert made.ledger.get(case_id).case.status is before
    made.account.add(BOB, {})
    assert made.detector.detect(change(**DETACH)).outcome == "clean"
    assert made.ledger.get(case_id).case.status is Status.RESOLVED
    made.account.add(BOB, {Facet.USER_ATTACHED_POLICIES: {ATTACHED: "PowerUserAccess"}})
    assert made.detector.detect(change(eventID="again")).outcome == before.value


def test_a_protected_subject_that_was_put_right_is_told_when_it_drifts_again() -> None:
    made = world(text(protected=f"protected: [{BOB.arn}]\n"))
    assert made.detector.detect(change()).outcome == "protected"
    made.account.add(BOB, {})
    made.detector.detect(change(**DETACH))
    made.account.add(BOB, {Facet.USER_ATTACHED_POLICIES: {ATTACHED: "PowerUserAccess"}})
    made.detector.detect(change(eventID="again"))
    assert made.bus.statuses == ["protected", "protected"]


def test_a_call_that_ends_nothing_resolves_nothing() -> None:
    made = world(NOTIFYING)
    (case_id,) = made.detector.detect(change()).cases
    made.detector.detect(change(**DETACH))
    assert made.ledger.get(case_id).case.status is Status.NOTIFIED
    made.account.add(BOB, {})
    made.detector.detect(change(**DETACH, errorCode="AccessDenied"))
    assert made.ledger.get(case_id).case.status is Status.NOTIFIED


@pytest.mark.peer(
    9, "iambic: a delete event removes the template although the role may exist again"
)
def test_a_deletion_is_believed_from_state_and_not_from_its_record() -> None:
    made = world(NOTIFYING)
    (case_id,) = made.detector.detect(change()).cases
    deleted: dict[str, Any] = {
        "eventName": "DeleteUser",
        "eventID": "deleted",
        "requestParameters": {"userName": "bob"},
    }
    made.detector.detect(change(**deleted))  # bob was made again under his name, and drifts again
    assert made.ledger.get(case_id).case.status is Status.NOTIFIED
    del made.account.state[BOB]
    made.detector.detect(change(**deleted))
    assert made.ledger.get(case_id).case.status is Status.RESOLVED


def test_an_instance_that_got_its_profile_by_hand_resolves_its_case() -> None:
    launch = sample("ec2-launched-with-profile/drift-run-instances").event["detail"]
    made = world_of(change(launch), NOTIFYING)
    (first, other) = made.detector.detect(change(launch)).cases
    instance = made.ledger.get(first).case.drift.subject
    made.account.add(instance, {Facet.INSTANCE_PROFILE: "arn:aws:iam::1:instance-profile/web"})
    made.detector.detect(
        change(
            launch,
            eventName="AssociateIamInstanceProfile",
            eventID="associated",
            requestParameters={"AssociateIamInstanceProfileRequest": {"InstanceId": instance.name}},
            responseElements=None,
        )
    )
    statuses = [made.ledger.get(case_id).case.status for case_id in (first, other)]
    assert statuses == [Status.RESOLVED, Status.NOTIFIED]


def test_a_drift_that_only_shows_in_what_is_read_beside_is_not_taken_for_gone() -> None:
    one = sample("group-no-admin-policy/drift-attach-administrator-access")
    admins = SubjectRef("group", one.change.request["groupName"], ACCOUNT)  # type: ignore[index]
    own, other = (f"arn:aws:iam::{ACCOUNT}:policy/{name}" for name in ("own-admins", "reports"))
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": everything})
    made = world_of(one.change, NOTIFYING)
    made.account.add(
        admins,
        {
            Facet.GROUP_ATTACHED_POLICIES: {own: "own-admins", other: "reports"},
            Facet.GROUP_ATTACHED_DOCUMENTS: {own: document},
        },
    )
    made.detector.detect(one.change)
    (case,) = [c for c in made.ledger.cases() if c.drift.convention == "group-no-admin-policy"]
    detached = {"groupName": admins.name, "policyArn": other}
    made.detector.detect(
        change(eventName="DetachGroupPolicy", eventID="detached", requestParameters=detached)
    )
    assert made.ledger.get(case.id).case.status is Status.NOTIFIED


def test_a_subject_is_read_once_for_all_that_judge_it_and_all_whose_cases_may_end() -> None:
    put = sample("user-permissions-via-groups/drift-put-user-policy").change
    asked: list[SubjectRef] = []

    class Counting(MemoryAccount):
        def read(self, ref: SubjectRef, facets: Iterable[Facet]) -> Subject | None:
            asked.append(ref)
            return super().read(ref, facets)

    made = world_of(put, NOTIFYING, Counting())
    made.detector.detect(put)
    assert asked.count(SubjectRef("user", put.request["userName"], ACCOUNT)) == 1  # type: ignore[index]
