"""Whether a trust in a SAML provider says to which endpoint an assertion must have been sent.

`SAML:aud` is the Recipient of the assertion, which for the console is an AWS sign-in endpoint of the
partition (IAM User Guide: Available keys for SAML-based AWS STS federation; AWS General Reference:
AWS Sign-In endpoints). An assertion made for another service is then of no use at AWS.
"""

import re
from collections.abc import Iterator
from typing import Final

from rolecall.policy.claims import Value
from rolecall.policy.documents import Document
from rolecall.policy.findings import Finding
from rolecall.policy.gates import gates
from rolecall.policy.principals import Form, Kind

CALL: Final = "sts:AssumeRoleWithSAML"
# Roles for programs only may tell by whom or how the assertion names its subject instead.
_INSTEAD: Final = ("iss", "sub", "sub_type", "doc", "namequalifier")
_DOMAINS: Final = {
    "aws": "signin.aws.amazon.com",
    "aws-cn": "signin.amazonaws.cn",
    "aws-us-gov": "signin.amazonaws-us-gov.com",
}
_REGION: Final = r"([a-z0-9*?-]+\.)?"
_PATH: Final = r"/saml(/acs/[\w*?-]+)?"


def saml_findings(document: Document) -> Iterator[Finding]:
    """Yield the ways in for assertions that were not made for AWS.

    Args:
        document: A trust.
    """
    for gate in gates(document, CALL):
        who = gate.principal
        if (
            who.kind is not Kind.FEDERATED
            or who.form is not Form.ARN
            or ":saml-provider/" not in who.value
        ):
            continue
        audience = gate.claims.bound("SAML:aud")
        if any(gate.claims.bound(f"SAML:{name}").literal for name in _INSTEAD):
            continue
        if not audience.restricts:
            claims = {key for key in gate.claims.keys if key.startswith("saml:")}
            sure = audience.admits_all and gate.claims.met_beside(
                ("SAML:aud",), claims - {"saml:aud"}
            )
            yield gate.finding(
                f"lets in assertions that were made for any service: {audience.why}", sure=sure
            )
            continue
        partition = who.value.split(":")[1]
        odd = [
            [value.text for value in values if not _is_endpoint(value, partition)]
            for values in audience.tests
        ]
        if all(odd):
            yield gate.finding(
                f"lets in assertions that were made for {' and '.join(odd[0])}, which is no"
                f" sign-in endpoint of the partition {partition}",
                sure=False,
            )


def _is_endpoint(value: Value, partition: str) -> bool:
    if partition not in _DOMAINS:  # of the others no endpoint is known for certain
        return value.literal
    domain = re.escape(_DOMAINS[partition])
    fits = re.fullmatch(rf"https://{_REGION}{domain}{_PATH}", value.text[:200])
    return bool(fits) and not value.variable and len(value.text) < 200  # noqa: PLR2004 - see above
