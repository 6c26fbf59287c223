"""No secret comes out of the redaction, whatever holds it; what is no secret comes out as it went in."""

import copy
import json
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest
from botocore.model import StructureShape
from hypothesis import example, given
from hypothesis import strategies as st

from rolecall.model.changes import Change
from rolecall.model.records import parse, parse_body, read_json
from rolecall.model.redacting import MARK, redacted, redacted_text
from tests.model.hostile import any_text, json_values
from tests.samples import Sample, sample, samples

SECRET = "Zq9-never-to-be-seen"
KEYS = (
    *("sessionToken", "secretAccessKey", "password", "newPassword", "oldPassword", "Password"),
    *("servicePassword", "serviceCredentialSecret", "SigninToken", "signinToken", "token"),
    *("sAMLAssertion", "SAMLResponse", "webIdentityToken", "accessToken", "idToken"),
    *("SESSIONTOKEN", "aws_session_token", "AWS_SECRET_ACCESS_KEY", "X-Amz-Security-Token"),
    *("DB_PASSWORD", "privateKey", "base32StringSeed", "passwords", "clientSecret"),
)
PLAIN = (
    *("accessKeyId", "policyDocument", "assumeRolePolicyDocument", "userName", "clientToken"),
    *("httpTokens", "passwordResetRequired", "minimumPasswordLength", "passwordLastUsed"),
    *("secretId", "secretArn", "nextToken", "tokenType", "sAMLAssertionID", "credentials"),
    *("GetSigninToken", "subjectFromWebIdentityToken", "aws:RequestTag/secret", "saml:password"),
    *("serviceSpecificCredential", "allowUsersToChangePasswordAt", "secrets", ""),
)
POLICY = json.dumps(
    {"Condition": {"StringEquals": {"aws:PrincipalTag/secret": "x", "a:token": "y"}}}
)
PLACEHOLDERS = ("HIDDEN_DUE_TO_SECURITY_REASONS", "<sensitiveDataRemoved>", "****", MARK, "")

keys = st.sampled_from(KEYS)
planted = st.recursive(
    st.sampled_from([SECRET, [SECRET], {"value": SECRET}, [[{"inner": SECRET}]], POLICY])
    | json_values,
    lambda inner: (
        st.dictionaries(keys | st.sampled_from(PLAIN), inner, max_size=3)
        | st.lists(inner, max_size=3)
    ),
    max_leaves=8,
)
ours = st.recursive(
    st.none() | st.booleans() | st.integers() | any_text | st.just(POLICY),
    lambda inner: (
        st.dictionaries(st.sampled_from(PLAIN), inner, max_size=4) | st.lists(inner, max_size=3)
    ),
)


def _only_under_keys(value: Any) -> Any:
    """The value with the secret only where a key says that it is one."""
    if isinstance(value, dict):
        return {k: v if k in KEYS else _only_under_keys(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_only_under_keys(item) for item in value]
    return None if value == SECRET else value


hidden = planted.map(_only_under_keys)


@given(hidden)
def test_no_secret_comes_out_and_redacting_twice_is_redacting_once(value: Any) -> None:
    before = copy.deepcopy(value)
    clean = redacted(value)
    assert SECRET not in repr(clean)
    assert redacted(clean) is clean
    assert repr(value) == repr(before)


@given(ours)
def test_what_holds_no_secret_is_the_same_object(value: Any) -> None:
    assert redacted(value) is value


@pytest.mark.parametrize("key", KEYS)
def test_under_the_key_of_a_secret_nothing_is_left(key: str) -> None:
    expected = {"a": [{key: MARK}], "b": 1}
    for secret in (SECRET, 7, 0, ["a"], [], {"a": "b"}, "null"):
        value = {"a": [{key: secret}], "b": 1}
        assert redacted(value) == expected
        assert read_json(redacted_text(json.dumps(value))) == expected


@pytest.mark.parametrize("key", KEYS)
def test_what_aws_itself_wrote_in_a_secrets_place_stays(key: str) -> None:
    for nothing in (None, True, False, *PLACEHOLDERS):
        value = {"a": [{key: nothing}]}
        assert redacted(value) is value
        assert redacted_text(json.dumps(value)) == json.dumps(value)


@pytest.mark.parametrize("key", PLAIN)
def test_identifiers_and_policy_texts_stay(key: str) -> None:
    for value in ("AKIAEXAMPLE000000001", "ASIAEXAMPLE000000001", POLICY, "x"):
        plain = {"a": {key: value}, "b": [value]}
        assert redacted(plain) is plain
        assert redacted_text(json.dumps(plain)) == json.dumps(plain)


def _secret_members(service: str) -> set[str]:
    model = botocore.session.get_session().get_service_model(service)
    shapes = (model.shape_for(name) for name in model.shape_names)
    return {
        member
        for shape in shapes
        if isinstance(shape, StructureShape)
        for member, inner in shape.members.items()
        if "sensitive" in inner.metadata and inner.type_name in {"string", "blob"}
    }


# Who signed in elsewhere is told by these, and no secret.
_OF_A_PERSON = {"Issuer", "Subject", "SubjectType"}


@pytest.mark.parametrize("service", ["iam", "sts", "sso", "sso-oidc", "signin"])
def test_what_the_models_of_aws_call_sensitive_is_a_secret(service: str) -> None:
    found = _secret_members(service) - _OF_A_PERSON
    assert found
    for member in found:
        for key in (member, member[:1].lower() + member[1:]):
            assert redacted({key: SECRET}) == {key: MARK}


def test_any_depth_is_redacted() -> None:
    deep: Any = {"sessionToken": SECRET}
    for _ in range(3_000):
        deep = [{"a": deep}]
    clean = redacted(deep)
    while isinstance(clean, list):
        clean = clean[0]["a"]
    assert clean == {"sessionToken": MARK}


def test_thousands_of_other_keys_hide_none() -> None:
    for number in range(10_000):
        plain = {f"key{number}": 1}
        assert redacted(plain) is plain
    assert redacted({"key1": 1, "sessionToken": SECRET}) == {"key1": 1, "sessionToken": MARK}
    long = "x" * 1_000
    assert redacted({long: 1, f"{long}Password": SECRET}) == {long: 1, f"{long}Password": MARK}


PARTS = ("requestParameters", "responseElements", "additionalEventData", "serviceEventDetails")


@pytest.mark.parametrize("one", list(samples()), ids=str)
def test_a_sample_is_parsed_as_it_is_but_for_the_session_token_in_it(one: Sample) -> None:
    detail = one.event["detail"]
    answer = detail.get("responseElements") or {}
    if "sessionToken" in answer.get("credentials", {}):
        answer["credentials"]["sessionToken"] = MARK
    assert one.change.record == detail


@pytest.mark.parametrize("part", PARTS)
def test_a_change_never_holds_a_secret_and_its_record_is_left_as_it_came(part: str) -> None:
    record = sample("user-permissions-via-groups/drift-attach-user-policy").event["detail"]
    told = record.get(part) or {}
    for key in KEYS:
        secret = record | {
            part: told | {"credentials": {key: SECRET, "accessKeyId": "ASIAEXAMPLE"}}
        }
        before = copy.deepcopy(secret)
        for change in (parse(secret), parse({"detail": secret}), parse_body(json.dumps(secret))):
            assert isinstance(change, Change)
            assert SECRET not in repr(change)
            credentials = {key: MARK, "accessKeyId": "ASIAEXAMPLE"}
            assert change.record[part] == told | {"credentials": credentials}
        assert secret == before


# In these forms a secret may come where no record is.
FORMS: dict[str, Callable[[str], str]] = {
    "JSON": lambda key: json.dumps({"a": 1, key: SECRET, "b": 2}),
    "JSON without spaces": lambda key: json.dumps({"a": 1, key: SECRET}, separators=(",", ":")),
    "JSON in JSON": lambda key: json.dumps({"Message": json.dumps({"detail": {key: SECRET}})}),
    "JSON in JSON in JSON": lambda key: json.dumps([json.dumps(json.dumps([{key: SECRET}]))]),
    "JSON in a text": lambda key: json.dumps(json.dumps({key: SECRET, "b": 2})),
    "JSON Lines": lambda key: f'{{"a": 1}}\n{json.dumps({key: SECRET})}\n{{"b": 2}}',
    "JSON with NaN": lambda key: json.dumps({"a": float("nan"), key: SECRET}),
    "a key twice": lambda key: f'{{"{key}": "{SECRET}", "{key}": null}}',
    "an escaped key twice": lambda key: (
        f'{{"\\u00{ord(key[0]):x}{key[1:]}": "{SECRET}", "\\u00{ord(key[0]):x}{key[1:]}": null}}'
    ),
    "a broken list": lambda key: f'{{"{key}": ["a", "{SECRET}"',
    "a broken object": lambda key: f'{{"{key}": {{"a": "{SECRET}"',
    "escapes": lambda key: f'{{"{key}": "a\\"b\\\\\\" {SECRET}", "b": x',
    "nested deep": lambda key: f'{{"{key}": "{SECRET}", "a": {"[" * 3_000}{"]" * 3_000}}}',
    "nested too deep": lambda key: f'{{"{key}": "{SECRET}", "a": {"[" * 20_000}',
    "Python": lambda key: repr({key: SECRET, "b": 2}),
    "a query": lambda key: f"Action=X&{key}={SECRET}&b=2",
    "an address": lambda key: f"https://example.com/?{key}={SECRET}",
    "XML": lambda key: f"<Credentials><{key}>{SECRET}</{key}></Credentials>",
    "a header": lambda key: f"Host: example.com\n{key}: a {SECRET}\n",
    "YAML": lambda key: f"a: 1\n{key}: >\n  {SECRET}\n",
    "INI": lambda key: f"[a]\n{key} = {SECRET}\n",
    "quoted": lambda key: f'"{key}" = "{SECRET}"',
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_no_form_of_text_keeps_a_secret(form: Callable[[str], str]) -> None:
    for key in KEYS:
        text = form(key)
        assert SECRET in text
        clean = redacted_text(text)
        assert SECRET not in clean
        assert redacted_text(clean) == clean


@given(hidden, st.data())
def test_no_text_of_json_keeps_a_secret_wherever_it_is_cut(value: Any, data: st.DataObject) -> None:
    text = json.dumps(value)
    clean = redacted_text(text)
    assert SECRET[:6] not in clean
    assert redacted_text(clean) == clean
    cut = redacted_text(text[: data.draw(st.integers(0, len(text)))])
    assert SECRET[:6] not in cut
    assert redacted_text(cut) == cut


@given(ours.map(json.dumps) | ours.map(lambda value: json.dumps(json.dumps(value))))
def test_a_text_of_json_without_a_secret_stays_as_it_is(text: str) -> None:
    assert redacted_text(text) == text


@given(
    st.lists(st.sampled_from([*"\"\\'{}[]:=,> \n", "password", "token", "null", "x", MARK, POLICY]))
)
@example([*'"password":', *'"\\'])
def test_redacting_any_text_twice_is_redacting_it_once(pieces: list[str]) -> None:
    clean = redacted_text("".join(pieces))
    assert redacted_text(clean) == clean


@pytest.mark.parametrize(
    "piece", ["a", "\\", " ", '"', "password", '"password"', '"password":', "[", "a."]
)
def test_no_long_text_takes_long(piece: str) -> None:
    text = piece * (262_144 // len(piece))
    redacted_text(text)
    redacted({text: 1})
