"""A trust made to take long, or to confuse, is answered in steps that its length bounds."""

import json
import sys
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from rolecall.model.registered import IdentityProvider
from rolecall.policy import cross_account
from rolecall.policy.app_ids import app_findings
from rolecall.policy.assumable import lines, ways
from rolecall.policy.cognito import pool_findings
from rolecall.policy.cross_account import Known
from rolecall.policy.documents import parse_document
from rolecall.policy.findings import Finding
from rolecall.policy.saml import saml_findings
from rolecall.policy.trust import judge_trust
from rolecall.policy.web_identity import audience_findings, subject_findings

HOST = "token.actions.githubusercontent.com"
PROVIDER = f"arn:aws:iam::111122223333:oidc-provider/{HOST}"
KNOWN = Known("111122223333", organization_accounts=frozenset())
PROVIDERS = {
    HOST: IdentityProvider("security", ("sts.amazonaws.com",), ("repo:example-org/*", "*a*b*c*d*"))
}
LARGEST = 120_000


def statement(principal: Any, condition: Any = None, effect: str = "Allow") -> dict[str, Any]:
    given = {"Effect": effect, "Principal": principal, "Action": "sts:*"}
    return given | ({"Condition": condition} if condition else {})


def trust(*statements: Any) -> str:
    return json.dumps(
        {"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":")
    )


def ask(text: str) -> list[Finding]:
    """Ask every question there is."""
    document = parse_document(text)
    judge_trust(text)
    list(lines(ways(text)))
    questions: Iterable[Iterable[Finding]] = (
        audience_findings(document, PROVIDERS),
        subject_findings(document, {}),
        subject_findings(document, PROVIDERS),
        app_findings(document, {}),
        pool_findings(document, frozenset()),
        saml_findings(document),
        cross_account.unknown_account_findings(document, KNOWN),
        cross_account.external_id_findings(document, KNOWN),
        cross_account.second_factor_findings(document),
        cross_account.account_wide_findings(document, KNOWN),
        cross_account.orphan_findings(document),
    )
    return [one for found in questions for one in found]


def steps(call: Callable[[], object]) -> int:
    """Count the lines, loops and calls that are run."""
    monitoring, taken = sys.monitoring, 0
    tool = next(one for one in range(6) if monitoring.get_tool(one) is None)
    events = monitoring.events.LINE | monitoring.events.JUMP | monitoring.events.CALL

    def step(*_: object) -> None:
        nonlocal taken
        taken += 1

    monitoring.use_tool_id(tool, "steps")
    try:
        for event in (monitoring.events.LINE, monitoring.events.JUMP, monitoring.events.CALL):
            monitoring.register_callback(tool, event, step)
        monitoring.set_events(tool, events)
        call()
    finally:
        monitoring.set_events(tool, 0)
        monitoring.free_tool_id(tool)
    return taken


def anyone(principal: str) -> str:
    return f'{{"Statement": {{"Effect": "Allow", "Action": "*", "Principal": {principal}}}}}'


def of_size(part: Callable[[int], Any], together: Callable[[list[Any]], str], length: int) -> str:
    """A document of about this length, of as many parts as fit."""
    one = len(json.dumps(part(1_000_000))) + 1
    return together([part(number) for number in range(1, max(2, length // one))])


Hostile = Callable[[int], str]
HOSTILE: dict[str, Hostile] = {
    "stars in one subject": lambda n: trust(
        statement(
            {"Federated": PROVIDER}, {"StringLike": {f"{HOST}:sub": "repo:" + "*a" * (n // 2)}}
        )
    ),
    "subjects": lambda n: of_size(
        lambda number: f"repo:org-{number}*",
        lambda values: trust(
            statement({"Federated": PROVIDER}, {"StringLike": {f"{HOST}:sub": values}})
        ),
        n,
    ),
    "claims": lambda n: of_size(
        lambda number: f"{HOST}:c{number}",
        lambda keys: trust(
            statement({"Federated": PROVIDER}, {"StringLike": dict.fromkeys(keys, "x*")})
        ),
        n,
    ),
    "tags": lambda n: of_size(
        lambda number: f"aws:PrincipalTag/{number}",
        lambda keys: trust(
            statement({"AWS": "123456789012"}, {"StringLike": dict.fromkeys(keys, "*")})
        ),
        n,
    ),
    "providers": lambda n: of_size(
        lambda number: f"{PROVIDER}/{number}",
        lambda names: trust(
            statement(
                {"Federated": names}, {"StringLike": {f"{HOST}:sub": "*", f"{HOST}:aud": "*"}}
            )
        ),
        n,
    ),
    "accounts": lambda n: of_size(
        lambda number: f"{number:012}", lambda names: trust(statement({"AWS": names})), n
    ),
    "deleted principals": lambda n: of_size(
        lambda number: f"AROA{number:017}", lambda names: trust(statement({"AWS": names})), n
    ),
    "statements": lambda n: of_size(
        lambda number: statement({"AWS": f"{number:012}"}),
        lambda all_of_them: trust(*all_of_them),
        n,
    ),
    "denies": lambda n: of_size(
        lambda number: statement(
            "*",
            {"StringNotEquals": {f"aws:PrincipalTag/{number}": "x"}},
            "Deny" if number % 2 else "Allow",
        ),
        lambda all_of_them: trust(statement({"AWS": "123456789012"}), *all_of_them),
        n,
    ),
    "denies by name": lambda n: of_size(
        lambda number: statement({"AWS": "123456789012"}, None, "Deny" if number % 2 else "Allow"),
        lambda all_of_them: trust(*all_of_them),
        n,
    ),
    "white space": lambda n: " " * n + trust(statement({"Federated": PROVIDER})),
    "nesting": lambda n: trust(
        json.loads('{"a":' * 100 + "1" + "}" * 100), *[statement("*")] * (n // 200)
    ),
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=list(HOSTILE))
def test_twice_as_long_takes_about_twice_the_steps(hostile: Hostile) -> None:
    ask(hostile(1_000))  # what is compiled or cached once is not counted
    short, long = hostile(LARGEST // 8), hostile(LARGEST // 4)
    assert steps(lambda: ask(long)) <= 2.6 * steps(lambda: ask(short)) + 1_000


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=list(HOSTILE))
def test_what_a_real_trust_can_hold_is_weighed_in_few_steps(hostile: Hostile) -> None:
    ask(hostile(1_000))
    text = hostile(4_000)
    assert steps(lambda: ask(text)) <= 400_000


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=list(HOSTILE))
def test_nothing_is_sure_of_what_is_too_large_to_be_a_trust(hostile: Hostile) -> None:
    text = hostile(LARGEST)
    few = len(parse_document(text).statements) == 1 and text.count('",') < 100
    assert few or not any(one.sure for one in ask(text) if "deleted" not in one.why)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "{", "{}", "[]", "7", "null", '"a"', '{"Statement": []}', '{"Statement": [7]}'),
        *(
            "[" * 10_000,
            "{" * 10_000,
            '{"Statement": ' * 1_000,
            "x" * 200_000,
            '{"Statement": "*"}',
        ),
        anyone("null"),
        anyone('{"Federated": [[]]}'),
        anyone('{"Federated": {}}'),
        anyone('{}, "Condition": {"": {"": []}}'),
        anyone('{"Federated": "arn:aws:iam::111122223333:oidc-provider/"}'),
        anyone('{"Federated": "arn:aws:iam::111122223333:oidc-provider"}'),
        anyone('{"Federated": "arn:::::"}'),
        anyone('{"AWS": "arn:aws:iam::111122223333:user/"}'),
        anyone('{"Federated": "\\ud800"}'),
    ],
)
def test_a_degenerate_text_is_answered_without_certainty(text: str) -> None:
    assert not any(one.sure for one in ask(text) if "second factor" not in one.why)
