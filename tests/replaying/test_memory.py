"""The account in memory does what IAM and EC2 would."""

import pytest

from rolecall.errors import RemedyError
from rolecall.model.calls import Call
from rolecall.model.facets import Facet
from rolecall.model.kinds.instances import Instance
from rolecall.replaying.memory import MemoryAccount
from tests.states import ACCOUNT, ref

ARN = "arn:aws:iam::aws:policy/job/ReadOnlyAccess"
_DEEDS = [
    (
        "user",
        Facet.USER_INLINE_POLICIES,
        Call("iam:PutUserPolicy", {"UserName": "bob", "PolicyName": "p", "PolicyDocument": "{}"}),
        Call("iam:DeleteUserPolicy", {"UserName": "bob", "PolicyName": "p"}),
        {"p": "{}"},
    ),
    (
        "user",
        Facet.USER_ATTACHED_POLICIES,
        Call("iam:AttachUserPolicy", {"UserName": "bob", "PolicyArn": ARN}),
        Call("iam:DetachUserPolicy", {"UserName": "bob", "PolicyArn": ARN}),
        {ARN: "ReadOnlyAccess"},
    ),
    (
        "group",
        Facet.GROUP_INLINE_POLICIES,
        Call("iam:PutGroupPolicy", {"GroupName": "bob", "PolicyName": "p", "PolicyDocument": "{}"}),
        Call("iam:DeleteGroupPolicy", {"GroupName": "bob", "PolicyName": "p"}),
        {"p": "{}"},
    ),
    (
        "group",
        Facet.GROUP_ATTACHED_POLICIES,
        Call("iam:AttachGroupPolicy", {"GroupName": "bob", "PolicyArn": ARN}),
        Call("iam:DetachGroupPolicy", {"GroupName": "bob", "PolicyArn": ARN}),
        {ARN: "ReadOnlyAccess"},
    ),
    (
        "role",
        Facet.ROLE_INLINE_POLICIES,
        Call("iam:PutRolePolicy", {"RoleName": "bob", "PolicyName": "p", "PolicyDocument": "{}"}),
        Call("iam:DeleteRolePolicy", {"RoleName": "bob", "PolicyName": "p"}),
        {"p": "{}"},
    ),
]


@pytest.mark.parametrize(
    ("kind", "facet", "put", "drop", "value"), _DEEDS, ids=[deed[2].name for deed in _DEEDS]
)
def test_what_is_put_is_there_and_what_is_dropped_is_gone(
    kind: str, facet: Facet, put: Call, drop: Call, value: dict[str, str]
) -> None:
    account = MemoryAccount()
    of = account.add(ref(kind), {})
    for _ in range(2):
        account.make(put, "")
    found = account.read(of, [facet])
    assert found
    assert found.state == {facet: value}
    for _ in range(2):
        account.make(drop, "")
    assert account.state[of][facet] == {}
    assert [call.name for call in account.calls] == [put.name] * 2 + [drop.name] * 2


def test_a_key_and_a_trust_are_set() -> None:
    account = MemoryAccount()
    user = account.add(ref("user"), {Facet.USER_ACCESS_KEYS: {"AKIA": "Active"}})
    role = account.add(ref("role"), {})
    key = {"UserName": "bob", "AccessKeyId": "AKIA", "Status": "Inactive"}
    account.make(Call("iam:UpdateAccessKey", key), "")
    trust = {"RoleName": "bob", "PolicyDocument": "{ }"}
    account.make(Call("iam:UpdateAssumeRolePolicy", trust), "")
    assert account.state[user][Facet.USER_ACCESS_KEYS] == {"AKIA": "Inactive"}
    assert account.state[role][Facet.ROLE_TRUST] == "{ }"


def test_a_profile_is_given_and_taken_back_by_its_association() -> None:
    account = MemoryAccount()
    of = account.add(ref("instance"), {})
    given = Call(
        "ec2:AssociateIamInstanceProfile",
        {"InstanceId": of.name, "IamInstanceProfile": {"Name": "base"}},
    )
    answer = account.make(given, of.region)
    found = account.read(of, [Facet.INSTANCE_PROFILE])
    assert isinstance(found, Instance)
    assert found.profile == f"arn:aws:iam::{ACCOUNT}:instance-profile/base"
    association = answer["IamInstanceProfileAssociation"]["AssociationId"]
    account.make(
        Call("ec2:DisassociateIamInstanceProfile", {"AssociationId": association}), of.region
    )
    assert account.state[of][Facet.INSTANCE_PROFILE] is None


def test_what_is_not_there_is_none_and_a_call_on_it_changes_nothing() -> None:
    account = MemoryAccount()
    assert account.read(ref("user"), [Facet.USER_ACCESS_KEYS]) is None
    account.make(_DEEDS[0][2], "")
    assert account.state == {}


def test_what_was_read_does_not_change_with_the_account() -> None:
    account = MemoryAccount()
    of = account.add(ref("user"), {Facet.USER_INLINE_POLICIES: {"p": "{}"}}, path="/ops/")
    before = account.read(of, [Facet.USER_INLINE_POLICIES])
    account.make(Call("iam:DeleteUserPolicy", {"UserName": "bob", "PolicyName": "p"}), "")
    assert before
    assert before.state == {Facet.USER_INLINE_POLICIES: {"p": "{}"}}
    assert before.path == "/ops/"


def test_what_a_reader_does_with_its_answer_leaves_the_account_alone() -> None:
    account = MemoryAccount()
    of = account.add(ref("user"), {})
    found = account.read(of, [Facet.USER_INLINE_POLICIES])
    assert found
    found.state[Facet.USER_INLINE_POLICIES]["p"] = "{}"
    assert account.state[of][Facet.USER_INLINE_POLICIES] == {}


def test_a_unique_id_is_the_one_that_it_was_given_and_no_record_tells_one() -> None:
    account = MemoryAccount()
    of = account.add(ref("user"), {})
    assert account.unique_id(of) is None
    account.ids[of] = "AIDAEXAMPLE"
    assert account.unique_id(of) == "AIDAEXAMPLE"


def test_a_call_that_it_does_not_know_is_an_error() -> None:
    with pytest.raises(KeyError):
        MemoryAccount().make(Call("iam:CreateUser", {"UserName": "bob"}), "")


def test_a_group_is_made_once_and_goes_only_when_it_is_bare() -> None:
    account = MemoryAccount()
    of, named = ref("group"), {"GroupName": "bob"}
    make, delete = Call("iam:CreateGroup", named | {"Path": "/x/"}), Call("iam:DeleteGroup", named)
    account.make(make, "")
    assert account.paths[of] == "/x/"
    assert account.state[of][Facet.GROUP_IDENTITY] == {"created": account.now}
    with pytest.raises(RemedyError, match="EntityAlreadyExists"):
        account.make(make, "")
    for facet, value in (
        (Facet.GROUP_MEMBERS, ["alice"]),
        (Facet.GROUP_INLINE_POLICIES, {"p": "{}"}),
        (Facet.GROUP_ATTACHED_POLICIES, {ARN: "ReadOnlyAccess"}),
    ):
        empty = account.state[of][facet]
        account.state[of][facet] = value
        with pytest.raises(RemedyError, match="DeleteConflict"):
            account.make(delete, "")
        account.state[of][facet] = empty
    for _ in range(2):
        account.make(delete, "")
    assert of not in account.state
    account.make(Call("iam:CreateGroup", named), "")
    assert account.paths[of] == "/"
