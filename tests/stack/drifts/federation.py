"""Drifts from the conventions about identities of others."""

from tests.stack.drifts.roles import effects
from tests.stack.drifts.rows import ACCOUNT, Aim, Row, call, document

_GITHUB = "token.actions.githubusercontent.com"
_PROVIDER = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{_GITHUB}"}
_WEB = "sts:AssumeRoleWithWebIdentity"
_CLOSED = Aim(effects, lambda found: found == ["Allow"], lambda found: found == ["Deny"])


def _row(convention: str, role: str, trust: str, part: str) -> Row:
    made = call("iam:CreateRole", RoleName=role, AssumeRolePolicyDocument=trust)
    return Row(convention, made, role, f"statement *, {part}", aim=_CLOSED)


ROWS = (
    _row(
        "oidc-trust-audience",
        "any-audience~",
        document(
            Principal=_PROVIDER,
            Action=_WEB,
            Condition={"StringEquals": {f"{_GITHUB}:sub": "repo:example-org/app:environment:prod"}},
        ),
        _PROVIDER["Federated"],
    ),
    _row(
        "oidc-trust-subject",
        "any-subject~",
        document(
            Principal=_PROVIDER,
            Action=_WEB,
            Condition={"StringEquals": {f"{_GITHUB}:aud": "sts.amazonaws.com"}},
        ),
        _PROVIDER["Federated"],
    ),
    _row(
        "web-identity-app-id",
        "any-app~",
        document(Principal={"Federated": "accounts.google.com"}, Action=_WEB),
        "accounts.google.com",
    ),
    _row(
        "cognito-trust-aud-amr",
        "any-pool~",
        document(Principal={"Federated": "cognito-identity.amazonaws.com"}, Action=_WEB),
        "cognito-identity.amazonaws.com",
    ),
    _row(
        "saml-trust-audience",
        "any-service~",
        document(
            Principal={"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/ExampleCorp"},
            Action="sts:AssumeRoleWithSAML",
        ),
        f"arn:aws:iam::{ACCOUNT}:saml-provider/ExampleCorp",
    ),
)
