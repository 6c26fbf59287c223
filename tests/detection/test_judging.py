"""One judging for all: each subject is read once, and no convention silences another."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from rolecall.convention import Convention
from rolecall.detection.judging import judge
from rolecall.model.changes import Change
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.registry import Registry
from tests.detection.staged import BOB, change, world
from tests.samples import sample
from tests.world import ACTING, World, settings

SETTINGS = settings(ACTING)
VIA_GROUPS = "user-permissions-via-groups"


class _Broken:
    """Raises whatever it is asked."""

    def __call__(self, *_: Any) -> Iterator[Drift]:
        raise LookupError("a hostile policy")


def _world_with_two_conventions_that_look() -> tuple[World, Registry, Change]:
    """Root attaches the policy, so that root-usage has something to say beside the state convention."""
    made = world()
    registry = Registry(made.settings.options, made.settings.registered)
    return made, registry, change(userIdentity={"type": "Root", "accountId": BOB.account})


def _break(convention: Convention, monkeypatch: pytest.MonkeyPatch) -> None:
    deed = "seen" if convention.id == "root-usage" else "drifts"
    monkeypatch.setattr(type(convention), deed, _Broken())


@pytest.mark.parametrize(
    ("broken", "other"), [(VIA_GROUPS, "root-usage"), ("root-usage", VIA_GROUPS)]
)
def test_a_convention_that_raises_does_not_silence_the_others(
    broken: str, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, registry, by_root = _world_with_two_conventions_that_look()
    _break(registry[broken], monkeypatch)
    with pytest.raises(ExceptionGroup) as caught:
        made.detector.detect(by_root)
    assert [type(error) for error in caught.value.exceptions] == [LookupError]
    assert [case.drift.convention for case in made.bus.published] == [other]
    assert len(made.ledger.kept) == 1


def test_when_all_raise_all_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    made, registry, by_root = _world_with_two_conventions_that_look()
    for id_ in (VIA_GROUPS, "root-usage"):
        _break(registry[id_], monkeypatch)
    with pytest.raises(ExceptionGroup) as caught:
        judge(by_root, registry, made.settings, made.account.read)
    assert len(caught.value.exceptions) == 2


def test_a_convention_that_raises_while_a_case_is_closed_silences_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, registry, _ = _world_with_two_conventions_that_look()
    _break(registry[VIA_GROUPS], monkeypatch)
    with pytest.raises(ExceptionGroup):
        made.detector.detect(
            change(
                eventName="DetachUserPolicy",
                userIdentity={"type": "Root", "accountId": BOB.account},
            )
        )
    assert [case.drift.convention for case in made.bus.published] == ["root-usage"]


def test_each_subject_is_read_once_with_what_all_its_conventions_need() -> None:
    launch = sample("ec2-launched-with-profile/drift-run-instances").change
    reads: list[tuple[SubjectRef, set[Facet]]] = []

    def read(ref: SubjectRef, facets: Iterable[Facet]) -> Subject | None:
        reads.append((ref, set(facets)))
        return None

    judged, rejected = judge(launch, Registry(SETTINGS.options), SETTINGS, read)
    needs = {Facet.INSTANCE_STATE, Facet.INSTANCE_PROFILE, Facet.INSTANCE_TAGS}
    assert [facets for _, facets in reads] == [needs, needs]
    assert len({ref for ref, _ in reads}) == 2
    assert [judgement.drifts for judgement in judged] == [(), ()]
    assert rejected == []


def test_a_convention_that_is_off_neither_reads_nor_judges() -> None:
    off = settings("version: 1\ndefaults: {mode: off}\n")
    judged, rejected = judge(
        change(userIdentity={"type": "Root"}),
        Registry(),
        off,
        _Broken(),  # type: ignore[arg-type]
    )
    assert (judged, rejected) == ([], [])


def test_a_failed_call_by_root_is_still_seen() -> None:
    failed = change(errorCode="AccessDenied", userIdentity={"type": "Root"})
    judged, _ = judge(failed, Registry(), SETTINGS, world().account.read)
    (judgement,) = judged
    assert judgement.convention.id == "root-usage"
    assert judgement.drifts[0].found["failed"] is True


@pytest.mark.peer(11, "iambic: of a call with two subjects only one is looked at")
def test_a_call_with_two_subjects_has_both_judged() -> None:
    joined = sample("group-privileged-membership/drift-user-adds-himself")
    account = joined.state
    assert account
    user = SubjectRef(
        "user", str(joined.change.request and joined.change.request["userName"]), BOB.account
    )
    account.add(user, {Facet.USER_GROUPS: [f"group-{number}" for number in range(6)]})
    registry = Registry(SETTINGS.options, SETTINGS.registered)
    judged, rejected = judge(joined.change, registry, SETTINGS, account.read)
    found = {one.convention.id: one.ref.kind for one in judged if one.drifts}
    assert (found, rejected) == (
        {"group-privileged-membership": "group", "user-group-sprawl": "user"},
        [],
    )
