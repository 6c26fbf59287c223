"""Roles, policies and all that gives permissions, in the account in memory."""

from typing import Any

import pytest

from rolecall.model.calls import Call
from rolecall.model.facets import Facet
from rolecall.model.subjects import SubjectRef
from rolecall.replaying.memory import MemoryAccount
from tests.states import ACCOUNT, ref

OWN = f"arn:aws:iam::{ACCOUNT}:policy/own"
LENT = f"arn:aws:iam::{ACCOUNT}:policy/lent"
ROLE, USER = {"RoleName": "bob"}, {"UserName": "bob"}
EFFECTIVE = {"role": Facet.ROLE_EFFECTIVE_POLICIES, "user": Facet.USER_EFFECTIVE_POLICIES}


def effective(account: MemoryAccount, of: SubjectRef) -> Any:
    """All that gives a subject permissions now."""
    found = account.read(of, [EFFECTIVE[of.kind]])
    assert found
    return found.state[EFFECTIVE[of.kind]]


@pytest.mark.parametrize(
    ("kind", "facet", "given", "call", "value"),
    [
        (
            "role",
            Facet.ROLE_SESSION_LIMIT,
            {"seconds": 3600, "description": "x"},
            Call("iam:UpdateRole", ROLE | {"MaxSessionDuration": 7200}),
            {"seconds": 7200, "description": "x"},
        ),
        (
            "role",
            Facet.ROLE_SESSION_LIMIT,
            {"seconds": 7200, "description": "x"},
            Call("iam:UpdateRole", ROLE | {"Description": ""}),
            {"seconds": 7200, "description": ""},
        ),
        *(
            (
                kind,
                facet,
                {"a": "1", "b": "2"},
                Call(f"iam:Tag{kind.title()}", named | {"Tags": [{"Key": "b", "Value": "3"}]}),
                {"a": "1", "b": "3"},
            )
            for kind, facet, named in (
                ("role", Facet.ROLE_TAGS, ROLE),
                ("user", Facet.USER_TAGS, USER),
            )
        ),
        *(
            (
                kind,
                facet,
                {"a": "1", "b": "2"},
                Call(f"iam:Untag{kind.title()}", named | {"TagKeys": ["a", "c"]}),
                {"b": "2"},
            )
            for kind, facet, named in (
                ("role", Facet.ROLE_TAGS, ROLE),
                ("user", Facet.USER_TAGS, USER),
            )
        ),
        *(
            (
                kind,
                facet,
                {"created": "then", "boundary": LENT},
                Call(f"iam:{verb}{kind.title()}PermissionsBoundary", named | given),
                {"created": "then", "boundary": given.get("PermissionsBoundary")},
            )
            for kind, facet, named in (
                ("role", Facet.ROLE_IDENTITY, ROLE),
                ("user", Facet.USER_IDENTITY, USER),
            )
            for verb, given in (("Put", {"PermissionsBoundary": OWN}), ("Delete", {}))
        ),
        (
            "role",
            Facet.ROLE_ATTACHED_POLICIES,
            {LENT: "lent"},
            Call("iam:AttachRolePolicy", ROLE | {"PolicyArn": OWN}),
            {LENT: "lent", OWN: "own"},
        ),
        (
            "role",
            Facet.ROLE_ATTACHED_POLICIES,
            {LENT: "lent", OWN: "own"},
            Call("iam:DetachRolePolicy", ROLE | {"PolicyArn": OWN}),
            {LENT: "lent"},
        ),
    ],
    ids=lambda value: value.name if isinstance(value, Call) else None,
)
def test_a_call_changes_what_it_is_about(
    kind: str, facet: Facet, given: Any, call: Call, value: Any
) -> None:
    account = MemoryAccount()
    of = account.add(ref(kind), {facet: given})
    account.make(call, "")
    assert account.state[of][facet] == value


def test_a_policys_document_is_the_text_of_its_default_version() -> None:
    account = MemoryAccount()
    answer = account.make(
        Call("iam:CreatePolicy", {"PolicyName": "own", "PolicyDocument": "{}"}), ""
    )
    of = SubjectRef("policy", answer["Policy"]["Arn"], ACCOUNT)
    versions = account.state[of][Facet.POLICY_VERSIONS]
    assert versions == {"v1": {"text": "{}", "created": account.now, "default": True}}
    versions["v2"] = {"text": "[]", "created": account.now, "default": False}
    account.make(Call("iam:SetDefaultPolicyVersion", {"PolicyArn": of.name, "VersionId": "v2"}), "")
    assert account.state[of][Facet.POLICY_DOCUMENT] == "[]"
    found = account.state[of][Facet.POLICY_VERSIONS]
    assert {id_: one["default"] for id_, one in found.items()} == {"v1": False, "v2": True}


def test_given_effective_policies_say_what_a_role_holds_and_follow_it() -> None:
    account = MemoryAccount()
    given = {"texts": {"inline p": "{}", OWN: "[]"}, "boundary": "bounds"}
    of = account.add(ref("role"), {Facet.ROLE_EFFECTIVE_POLICIES: given})
    assert effective(account, of) == given
    assert account.state[of][Facet.ROLE_INLINE_POLICIES] == {"p": "{}"}
    assert account.state[of][Facet.ROLE_ATTACHED_POLICIES] == {OWN: "own"}
    boundary = account.state[of][Facet.ROLE_IDENTITY]["boundary"]
    account.make(Call("iam:DetachRolePolicy", ROLE | {"PolicyArn": OWN}), "")
    account.make(Call("iam:DeleteRolePolicy", ROLE | {"PolicyName": "p"}), "")
    account.make(Call("iam:DeleteRolePermissionsBoundary", ROLE), "")
    assert effective(account, of) == {"texts": {}, "boundary": None}
    account.make(Call("iam:AttachRolePolicy", ROLE | {"PolicyArn": OWN}), "")
    account.make(Call("iam:PutRolePolicy", ROLE | {"PolicyName": "p", "PolicyDocument": "{}"}), "")
    account.make(
        Call("iam:PutRolePermissionsBoundary", ROLE | {"PermissionsBoundary": boundary}), ""
    )
    assert effective(account, of) == given


def test_what_a_users_groups_lend_it_stays_and_what_is_its_own_follows_its_calls() -> None:
    account = MemoryAccount()
    texts = {"inline p": "{}", "group ops inline p": "g", OWN: "o", LENT: "l"}
    state = {
        Facet.USER_GROUPS: ["ops"],
        Facet.USER_ATTACHED_POLICIES: {OWN: "own"},
        Facet.USER_EFFECTIVE_POLICIES: {"texts": texts, "boundary": None},
    }
    of = account.add(ref("user"), state)
    assert effective(account, of) == {"texts": texts, "boundary": None}
    account.make(Call("iam:DetachUserPolicy", USER | {"PolicyArn": OWN}), "")
    account.make(Call("iam:DeleteUserPolicy", USER | {"PolicyName": "p"}), "")
    left = {"group ops inline p": "g", LENT: "l"}
    assert effective(account, of) == {"texts": left, "boundary": None}
    account.make(Call("iam:RemoveUserFromGroup", USER | {"GroupName": "ops"}), "")
    assert "group ops inline p" not in effective(account, of)["texts"]


def test_the_document_of_a_policy_that_is_a_subject_itself_is_that_one() -> None:
    account = MemoryAccount()
    policy = account.add(SubjectRef("policy", OWN, ACCOUNT), {Facet.POLICY_DOCUMENT: "{}"})
    attached = {Facet.ROLE_ATTACHED_POLICIES: {OWN: "own", LENT: "lent"}}
    of = account.add(
        ref("role"), attached | {Facet.ROLE_IDENTITY: {"created": "", "boundary": OWN}}
    )
    # Of the other one nothing is known.
    assert effective(account, of) == {"texts": {OWN: "{}"}, "boundary": "{}"}
    account.state[policy][Facet.POLICY_DOCUMENT] = "[]"
    assert effective(account, of) == {"texts": {OWN: "[]"}, "boundary": "[]"}
