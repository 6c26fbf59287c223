"""Generated states of subjects, for the laws."""

import json
from typing import Any

from hypothesis import strategies as st

from rolecall.model.subjects import Facet, SubjectRef

ACCOUNT = "111122223333"
# The unique ids by which tests know a subject of each kind that has one.
UNIQUE_IDS = {
    "user": "AIDAEXAMPLE0000000001",
    "role": "AROAEXAMPLE0000000001",
    "group": "AGPAEXAMPLE0000000001",
}
names = st.text("abcdefghijklmnop-_", min_size=1, max_size=12)
arns = names.map(lambda name: f"arn:aws:iam::aws:policy/{name}")
_effects = st.sampled_from(["Allow", "Deny"])
_statement = st.fixed_dictionaries(
    {"Effect": _effects, "Action": st.sampled_from(["s3:*", "iam:*"]), "Resource": st.just("*")}
)
documents = st.lists(_statement, min_size=1, max_size=3).map(
    lambda found: json.dumps({"Version": "2012-10-17", "Statement": found})
)
inline = st.dictionaries(names, documents, max_size=3)
attached = st.dictionaries(arns, st.none(), max_size=3).map(
    lambda found: {arn: arn.rpartition("/")[2] for arn in found}
)
keys = st.dictionaries(
    st.text("ABCDEFGH", min_size=4, max_size=8).map(lambda key: f"AKIA{key}"),
    st.sampled_from(["Active", "Inactive"]),
    max_size=2,
)
_principals = st.sampled_from(
    [
        "*",
        {"AWS": "*"},
        {"AWS": ["444455556666", "*"]},
        {"AWS": "444455556666"},
        {"Service": "ec2.amazonaws.com"},
    ]
)
_conditions = st.sampled_from(
    [
        None,
        {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}},
        {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}},
    ]
)


def _trust_statement(effect: str, principal: object, condition: object) -> dict[str, object]:
    statement = {"Effect": effect, "Principal": principal, "Action": "sts:AssumeRole"}
    return statement | ({"Condition": condition} if condition else {})


trusts = st.lists(
    st.builds(_trust_statement, st.just("Allow"), _principals, _conditions), min_size=1, max_size=4
).map(lambda found: json.dumps({"Version": "2012-10-17", "Statement": found}, indent=2))

ADMIN = {"arn:aws:iam::aws:policy/AdministratorAccess": "AdministratorAccess"}
_STATES: dict[str, dict[Facet, st.SearchStrategy[Any]]] = {
    "user": {
        Facet.USER_INLINE_POLICIES: inline,
        Facet.USER_ATTACHED_POLICIES: attached,
        Facet.USER_ACCESS_KEYS: keys,
    },
    "group": {
        Facet.GROUP_INLINE_POLICIES: inline,
        Facet.GROUP_ATTACHED_POLICIES: st.builds(
            dict.__or__, attached, st.sampled_from([{}, ADMIN])
        ),
        Facet.GROUP_MEMBERS: st.lists(names, max_size=2, unique=True).map(sorted),
    },
    "role": {Facet.ROLE_TRUST: trusts, Facet.ROLE_INLINE_POLICIES: inline},
    "instance": {
        Facet.INSTANCE_STATE: st.sampled_from(["running", "stopped", "terminated"]),
        Facet.INSTANCE_PROFILE: st.sampled_from(
            [None, f"arn:aws:iam::{ACCOUNT}:instance-profile/web"]
        ),
        Facet.INSTANCE_TAGS: st.sampled_from([{}, {"aws:autoscaling:groupName": "web"}]),
    },
}


def states(kind: str) -> st.SearchStrategy[dict[Facet, Any]]:
    """Any state of a subject of this kind."""
    return st.fixed_dictionaries(dict(_STATES.get(kind, {})))


def ref(kind: str) -> SubjectRef:
    """A subject of this kind."""
    if kind == "instance":
        return SubjectRef(kind, "i-0123456789abcdef0", ACCOUNT, "us-east-1")
    return SubjectRef(kind, ACCOUNT if kind == "account" else "bob", ACCOUNT)
