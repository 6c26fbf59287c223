"""Lists come in pages, things go away while they are read, and AWS may refuse."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from rolecall.aws.reader import AwsReader
from rolecall.aws.readings import unquoted
from rolecall.aws.session import Aws
from rolecall.errors import RetryError, ThrottledError, UnsettledError
from rolecall.model.facets import Facet
from rolecall.model.subjects import SubjectRef
from tests.aws.account import APP, BOB, ODD, OPS, read, stubbed
from tests.states import ACCOUNT

AWS = "arn:aws:iam::aws:policy"
_MADE = {"Path": "/", "CreateDate": datetime(2026, 11, 2, tzinfo=UTC)}
OF_B = {
    "GroupName": "b",
    "GroupId": "AGPAEXAMPLE0000000001",
    "Arn": f"arn:aws:iam::{ACCOUNT}:group/b",
} | _MADE
EVE = {
    "UserName": "eve",
    "UserId": "AIDAEXAMPLE0000000001",
    "Arn": f"arn:aws:iam::{ACCOUNT}:user/eve",
} | _MADE


def _page(key: str, items: list[Any], marker: str = "") -> dict[str, Any]:
    more = {"Marker": marker, "IsTruncated": True} if marker else {"IsTruncated": False}
    return {key: items, **more}


def _policy(name: str, text: str) -> dict[str, Any]:
    return {"UserName": "bob", "PolicyName": name, "PolicyDocument": text}


@given(st.text() | st.text("%0aFfZé\n ") | st.binary().map(quote))
def test_what_is_percent_encoded_is_read_as_the_library_reads_it(text: str) -> None:
    assert unquoted(text) == unquote(text)
    assert unquoted(quote(text)) == text


def test_all_pages_are_read(aws: Aws) -> None:
    with stubbed(
        aws,
        "iam",
        ("list_user_policies", _page("PolicyNames", ["a"], "more")),
        ("list_user_policies", _page("PolicyNames", ["b"])),
        ("get_user_policy", _policy("a", "%7B%22x%22%3A%20%22%2B+%2525%22%7D")),
        ("get_user_policy", _policy("b", '{"x": "100%25"}')),
    ):
        found = read(aws, BOB, Facet.USER_INLINE_POLICIES)
    # AWS answers percent-encoded, the embedded account plain: both are read as what was stored.
    assert found.state[Facet.USER_INLINE_POLICIES] == {
        "a": '{"x": "++%25"}',
        "b": '{"x": "100%25"}',
    }


@pytest.mark.peer(24, "Cloud Custodian: IAM list calls are not paginated")
@pytest.mark.parametrize(
    ("ref", "facet", "name", "key", "items"),
    [
        (
            BOB,
            Facet.USER_ATTACHED_POLICIES,
            "list_attached_user_policies",
            "AttachedPolicies",
            lambda n: {"PolicyArn": f"arn:aws:iam::aws:policy/{n}{n}", "PolicyName": n},
        ),
        (
            BOB,
            Facet.USER_ACCESS_KEYS,
            "list_access_keys",
            "AccessKeyMetadata",
            lambda n: {
                "AccessKeyId": f"AKIAEXAMPLE00000{n}",
                "Status": "Active",
                "CreateDate": datetime(2026, 11, 2, tzinfo=UTC),
            },
        ),
        (
            OPS,
            Facet.GROUP_ATTACHED_POLICIES,
            "list_attached_group_policies",
            "AttachedPolicies",
            lambda n: {"PolicyArn": f"arn:aws:iam::aws:policy/{n}{n}", "PolicyName": n},
        ),
        (
            SubjectRef("policy", "arn:aws:iam::aws:policy/AdministratorAccess", ACCOUNT),
            Facet.POLICY_GROUPS,
            "list_entities_for_policy",
            "PolicyGroups",
            lambda n: {"GroupName": n},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_all_pages_of_a_list_are_read(
    aws: Aws,
    ref: SubjectRef,
    facet: Facet,
    name: str,
    key: str,
    items: Callable[[str], Any],
) -> None:
    pages = [(name, _page(key, [items("a")], "more")), (name, _page(key, [items("b")]))]
    with stubbed(aws, "iam", *pages):
        found = read(aws, ref, facet)
    assert len(found.state[facet]) == 2


def test_a_policy_that_goes_away_while_it_is_read_hides_no_other(aws: Aws) -> None:
    with stubbed(
        aws,
        "iam",
        ("list_user_policies", _page("PolicyNames", ["decoy", "drift"])),
        ("get_user_policy", "NoSuchEntity"),
        ("get_user_policy", _policy("drift", quote(ODD))),
    ):
        found = read(aws, BOB, Facet.USER_INLINE_POLICIES)
    assert found.state[Facet.USER_INLINE_POLICIES] == {"drift": ODD}


def test_a_group_or_policy_that_goes_away_while_it_is_read_takes_no_user_with_it(aws: Aws) -> None:
    attached = [{"PolicyArn": f"{AWS}/{name}", "PolicyName": name} for name in ("gone", "Here")]
    groups = [{"GroupName": name, "GroupId": "AGPAEXAMPLE0000000001"} for name in ("a", "b")]
    with stubbed(
        aws,
        "iam",
        ("list_attached_user_policies", _page("AttachedPolicies", attached)),
        ("list_entities_for_policy", "NoSuchEntity"),
        ("list_entities_for_policy", _page("PolicyGroups", groups)),
        ("list_attached_group_policies", "NoSuchEntity"),
        ("list_attached_group_policies", _page("AttachedPolicies", attached[1:])),
        ("list_group_policies", _page("PolicyNames", [])),
        ("get_group", {"Group": OF_B, "Users": [EVE], "IsTruncated": True, "Marker": "more"}),
        ("get_group", {"Group": OF_B, "Users": [EVE], "IsTruncated": False}),
    ):
        found = read(aws, BOB, Facet.USER_CARRYING_GROUPS)
    assert found.state[Facet.USER_CARRYING_GROUPS] == {
        "b": {"attached": [f"{AWS}/Here"], "inline": [], "members": 2}
    }


def test_groups_that_cannot_be_read_are_never_taken_for_none(aws: Aws) -> None:
    attached = [{"PolicyArn": f"{AWS}/Here", "PolicyName": "Here"}]
    with (
        stubbed(
            aws,
            "iam",
            ("list_attached_user_policies", _page("AttachedPolicies", attached)),
            ("list_entities_for_policy", "AccessDenied"),
        ),
        pytest.raises(UnsettledError),
    ):
        AwsReader(aws).read(BOB, [Facet.USER_CARRYING_GROUPS])


@pytest.mark.parametrize("ref", [BOB, OPS, APP], ids=str)
def test_who_is_gone_is_none(aws: Aws, ref: SubjectRef) -> None:
    facets = [facet for facet in Facet if facet.kind == ref.kind]
    assert AwsReader(aws).read(ref, facets) is None


@pytest.mark.peer(
    1,
    "Cloud Custodian: what it may not read counts as a success; #7641: a throttle loses the work",
)
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AccessDenied", UnsettledError),
        ("Throttling", ThrottledError),
        ("ServiceFailure", UnsettledError),
        ("ValidationError", UnsettledError),
    ],
)
@pytest.mark.parametrize("at", ["list", "get"])
def test_what_cannot_be_read_is_never_taken_for_clean(
    aws: Aws, code: str, kind: type[Exception], at: str
) -> None:
    answers: list[tuple[str, Any]] = [("list_user_policies", code)]
    if at == "get":
        listed = ("list_user_policies", _page("PolicyNames", ["p"]))
        answers = [listed, ("get_user_policy", code)]
    with stubbed(aws, "iam", *answers), pytest.raises(RetryError) as caught:
        AwsReader(aws).read(BOB, [Facet.USER_INLINE_POLICIES])
    assert type(caught.value) is kind
    assert isinstance(caught.value.__cause__, ClientError)
