"""Trusts as the providers' own documentation has them, and as people get them wrong."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from rolecall.policy import cross_account
from rolecall.policy.app_ids import app_findings
from rolecall.policy.cognito import pool_findings
from rolecall.policy.cross_account import Known
from rolecall.policy.documents import Document, parse_document
from rolecall.policy.findings import Finding
from rolecall.policy.saml import saml_findings
from rolecall.policy.trust import judge_trust
from rolecall.policy.web_identity import audience_findings, subject_findings

FOLDER = Path(__file__).parent / "trusts"
KNOWN = Known(
    account="111122223333",
    organization_accounts=frozenset({"111122223333", "222233334444"}),
    organization="o-a1b2c3d4e5",
    third_parties=frozenset({"444455556666", "777788889999"}),
    expired=frozenset({"777788889999"}),
)
QUESTIONS: dict[str, Callable[[Document], Iterable[Finding]]] = {
    "audience": lambda document: audience_findings(document, {}),
    "subject": lambda document: subject_findings(document, {}),
    "app": lambda document: app_findings(document, {}),
    "pool": pool_findings,
    "saml": saml_findings,
    "unknown": lambda document: cross_account.unknown_account_findings(document, KNOWN),
    "external-id": lambda document: cross_account.external_id_findings(document, KNOWN),
    "second-factor": cross_account.second_factor_findings,
    "account-wide": lambda document: cross_account.account_wide_findings(document, KNOWN),
    "orphan": cross_account.orphan_findings,
}


def statements(entry: dict[str, Any], table: dict[str, Any]) -> list[dict[str, Any]]:
    if "statements" in entry:
        given: list[dict[str, Any]] = entry["statements"]
        return given
    principal = entry.get("principal", table.get("principal"))
    action = entry.get("action", table["action"])
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    return [statement | ({"Condition": entry["condition"]} if "condition" in entry else {})]


def rows() -> Iterable[Any]:
    for path in sorted(FOLDER.glob("*.yaml")):
        table = YAML(typ="safe").load(path.read_text())
        for entry in table["documents"]:
            text = json.dumps({"Version": "2012-10-17", "Statement": statements(entry, table)})
            yield pytest.param(
                text, entry["verdict"], entry["reason"], id=f"{path.stem}: {entry['name']}"
            )


ROWS = list(rows())


def verdicts(text: str) -> dict[str, str]:
    document = parse_document(text)
    found = {name: list(ask(document)) for name, ask in QUESTIONS.items()}
    told = {
        name: "sure" if any(one.sure for one in findings) else "told"
        for name, findings in found.items()
        if findings
    }
    trust = judge_trust(text)
    if trust.open_statements:
        told["open"] = "sure"
    elif trust.inconclusive:
        told["open"] = "told"
    return told


def test_the_table_is_as_large_as_the_world_asks_for() -> None:
    assert len(ROWS) >= 80
    assert len({row.id for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("text", "verdict", "reason"), ROWS)
def test_a_trust_is_judged_as_its_row_says(text: str, verdict: dict[str, str], reason: str) -> None:
    assert verdicts(text) == verdict, reason
