"""What all conventions about trusts do with what is wrong, and the trust that people have accepted."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from rolecall.convention import Convention
from rolecall.model.calls import Remedy
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.kinds.roles import Role
from rolecall.model.scales import Severity
from rolecall.model.standards import user_guide
from rolecall.policy.documents import CLOSED_TRUST, Document
from rolecall.policy.findings import Finding
from rolecall.registry import Registry
from rolecall.trust_convention import TrustConvention
from tests.states import ref

OPEN = {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}
GONE = {
    "Effect": "Allow",
    "Principal": {"AWS": "AROAEXAMPLE0000000001"},
    "Action": "sts:AssumeRole",
}
WILDCARD = "role-no-wildcard-trust"
BASELINE = "role-trust-baseline"


def named(*accounts: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": list(accounts)}, "Action": "sts:AssumeRole"}


CI, EXT = named("111122223333"), named("444455556666")


def text(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=2)


def role(trust: str, reviewed: str | None = None, *, restore: bool = True) -> Any:
    accepted = {"text": reviewed, "restore": restore} if reviewed else None
    state = {Facet.ROLE_TRUST: trust, Facet.ROLE_TRUST_REVIEWED: accepted}
    return subject(ref("role"), state, "/")


def only(convention: Convention, of: Any) -> tuple[Drift, Remedy | None]:
    (drift,) = convention.drifts(of)
    return drift, convention.remedy(drift)


def writes(remedy: Remedy | None) -> list[tuple[str, Any]]:
    return [(step.do.name, step.do.parameters.get("PolicyDocument")) for step in remedy or ()]


def test_a_quarantine_lets_nobody_in_and_ends_sessions_only_where_the_settings_say_so() -> None:
    of = role(text(CI, OPEN))
    closed = ("iam:UpdateAssumeRolePolicy", CLOSED_TRUST)
    _, remedy = only(Registry({WILDCARD: {"quarantine": True}})[WILDCARD], of)
    assert writes(remedy) == [closed]
    options = {"quarantine": True, "end_sessions": True}
    convention = Registry({WILDCARD: options})[WILDCARD]
    _, remedy = only(convention, of)
    assert remedy
    first, second = remedy
    assert writes(remedy)[0] == closed
    assert second.do.name == "iam:PutRolePolicy"
    (denial,) = json.loads(second.do.parameters["PolicyDocument"])["Statement"]
    assert denial == {"Effect": "Deny", "Action": "*", "Resource": "*"}
    assert second.do.parameters["PolicyName"] == second.undo.parameters["PolicyName"]
    assert second.undo.name == "iam:DeleteRolePolicy"
    assert first.undo.parameters["PolicyDocument"] == of.trust
    assert convention.may_call() == ("iam:UpdateAssumeRolePolicy", "iam:PutRolePolicy")
    assert Registry()[WILDCARD].may_call() == ("iam:UpdateAssumeRolePolicy",)


def test_sessions_are_not_ended_without_a_quarantine() -> None:
    _, remedy = only(Registry({WILDCARD: {"end_sessions": True}})[WILDCARD], role(text(CI, OPEN)))
    assert [name for name, _ in writes(remedy)] == ["iam:UpdateAssumeRolePolicy"]


@pytest.mark.parametrize(
    ("accepted", "restore", "written"),
    [
        (text(CI), True, text(CI)),
        (text(CI), False, text(CI, EXT)),
        (text(CI, named("777788889999")), True, text(CI, EXT)),  # it would let more in
        (text(OPEN), True, text(CI, EXT)),  # it is no better
        ("{", True, text(CI, EXT)),
    ],
)
def test_what_people_accepted_is_put_back_where_they_want_it_and_it_grants_nothing_new(
    accepted: str, restore: bool, written: str
) -> None:
    of = role(text(CI, EXT, OPEN), accepted, restore=restore)
    _, remedy = only(Registry()[WILDCARD], of)
    ((_, document),) = writes(remedy)
    assert json.loads(document) == json.loads(written)


def test_a_trust_that_names_someone_deleted_is_only_told_and_says_why() -> None:
    drift, remedy = only(Registry()[WILDCARD], role(text(GONE, OPEN)))
    assert remedy is None
    assert "AROAEXAMPLE0000000001" in drift.says


class _Strangers(TrustConvention, abstract=True):
    """Tells each principal of account 4444."""

    id = "strangers"
    severity = Severity.LOW
    standards = (user_guide("AWS JSON policy elements: Principal"),)

    def findings(self, role: Role, trust: Document) -> Iterator[Finding]:  # noqa: ARG002
        for one in trust.statements:
            for principal in one.principals.named if one.principals else ():
                if principal.value.startswith("4444"):
                    yield Finding(one.index, "names it", principal=principal.value)


def test_one_principal_goes_from_every_statement_that_names_it_so() -> None:
    both = named("111122223333", "444455556666")
    drift, remedy = only(_Strangers(), role(text(both, both, CI)))
    assert drift.part.endswith(", 444455556666")
    ((_, left),) = writes(remedy)
    assert json.loads(left)["Statement"] == [CI, CI, CI]


def test_two_principals_of_a_statement_are_two_drifts_that_stay_what_they_are() -> None:
    three = named("111122223333", "444455556666", "444455557777")
    first, second = _Strangers().drifts(role(text(three)))
    (alone,) = _Strangers().drifts(role(text(named("444455557777"))))
    assert first.key != second.key
    assert (alone.key, alone.state) == (second.key, second.state)
    assert writes(_Strangers().remedy(alone)) == [("iam:UpdateAssumeRolePolicy", CLOSED_TRUST)]


@pytest.mark.parametrize(
    ("accepted", "live", "told"),
    [
        (text(CI), text(CI, EXT), "now names 444455556666."),
        (text(CI, EXT), text(CI), "no longer names 444455556666."),
        (text(CI), text(EXT), "names 444455556666 and it no longer names 111122223333."),
        (text(CI), text(CI | {"Action": "sts:*"}), "other conditions or calls."),
        (text(CI), "{", "it is not JSON."),
    ],
)
def test_a_trust_that_was_not_accepted_tells_who_came_and_who_went(
    accepted: str, live: str, told: str
) -> None:
    drift, remedy = only(Registry()[BASELINE], role(live, accepted))
    assert drift.says.endswith(told)
    assert writes(remedy) == [("iam:UpdateAssumeRolePolicy", accepted)]


def test_a_trust_is_put_back_only_where_people_want_that_and_aws_takes_the_change_back() -> None:
    for of in (role(text(EXT), text(CI), restore=False), role(text(CI, GONE), text(CI))):
        drift, remedy = only(Registry()[BASELINE], of)
        assert (drift.remediable, remedy) == (False, None)


@pytest.mark.parametrize(
    ("accepted", "live"),
    [
        (None, text(EXT)),
        (text(CI, EXT), text(EXT, CI)),
        (text(CI), json.dumps(json.loads(text(CI)))),
    ],
)
def test_nothing_is_told_of_what_was_accepted_or_never_looked_at(
    accepted: str | None, live: str
) -> None:
    assert not list(Registry()[BASELINE].drifts(role(live, accepted)))
