"""Whether policies let somebody administer IAM for certain; a doubt counts as no."""

from collections.abc import Iterable, Mapping
from typing import Final

from rolecall.policy.documents import Statement, parse_document
from rolecall.policy.strangers import only

# Whoever may make all of these calls on everything can give power to anybody, and so repair an account.
ADMINISTERING: Final = (
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateUser",
    "iam:PutUserPolicy",
    "iam:UpdateAssumeRolePolicy",
)
_KNOWN: Final = ("AdministratorAccess", "IAMFullAccess")
_ADMIN: Final = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"}]}'
)


def known_text(arn: str) -> str | None:
    """What one of AWS's own administrators' policies says of IAM, which needs no reading; else None."""
    head, _, name = arn.partition(":iam::aws:policy/")
    return _ADMIN if head.startswith("arn:") and name in _KNOWN else None


def known_texts(arns: Iterable[str], documents: Mapping[str, str]) -> dict[str, str]:
    """What attached policies say, by their ARN; those of which it is not known are left out.

    Args:
        arns: The policies.
        documents: Their texts by ARN, where they were read.
    """
    found = {arn: known_text(arn) or documents.get(arn) for arn in arns}
    return {arn: text for arn, text in found.items() if text is not None}


def administers(texts: Iterable[str]) -> bool:
    """Say whether all the policies of one principal together let it administer IAM.

    Only an Allow on everything without any condition counts, and every Deny of such a call does,
    but for one that asks for a second factor: whoever administers can bring it.
    """
    statements: list[Statement] = []
    for text in texts:
        document = parse_document(text)
        if document.problem:
            return False
        statements += document.statements
    return all(
        any(_surely_allows(one, call) for one in statements)
        and not any(_may_deny(one, call) for one in statements)
        for call in ADMINISTERING
    )


def _surely_allows(statement: Statement, call: str) -> bool:
    return (
        statement.effect == "Allow"
        and not statement.conditions
        and "*" in statement.resources
        and statement.covers(call)
    )


def _may_deny(statement: Statement, call: str) -> bool:
    asks_factor = any(
        one.key == "aws:multifactorauthpresent" and only(one, "Bool", "false")
        for one in statement.conditions
    )
    return statement.effect == "Deny" and statement.covers(call) and not asks_factor


def lets_in(trust: str) -> bool:
    """Say whether a trust lets somebody in for certain: an Allow, and no Deny at all."""
    document = parse_document(trust)
    calls = ("sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")
    return (
        not document.problem
        and all(one.effect == "Allow" for one in document.statements)
        and any(one.covers(call) for one in document.statements for call in calls)
    )
