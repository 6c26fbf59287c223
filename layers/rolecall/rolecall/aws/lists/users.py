"""The list of users."""

from collections.abc import Iterator, Mapping
from typing import Any

from rolecall.aws import credential_report
from rolecall.aws.details import carriers, contents, members
from rolecall.aws.lists import effective
from rolecall.aws.lists.answers import PAGE, Answers, asking
from rolecall.aws.readings import State
from rolecall.aws.session import Aws
from rolecall.aws.user_facets import service_credential
from rolecall.errors import UnsettledError
from rolecall.model.facets import Facet
from rolecall.model.kinds.users import ServiceCredential
from rolecall.ports import Listed

CREDENTIALS = "iam:ListServiceSpecificCredentials"
CALLS: Mapping[str, frozenset[Facet]] = {
    **dict.fromkeys(credential_report.CALLS, credential_report.FACETS),
    CREDENTIALS: frozenset({Facet.USER_SERVICE_CREDENTIALS}),
}


def users(answers: Answers, wanted: frozenset[Facet]) -> Iterator[Listed]:
    """Yield every user."""
    report = {} if wanted.isdisjoint(credential_report.FACETS) else _report(answers)
    credentials = _credentials(answers) if Facet.USER_SERVICE_CREDENTIALS in wanted else None
    found, carrying = answers.details("user").values(), answers.details("group")
    groups = carriers(carrying.values())
    carried = contents(carrying.values(), members(found))
    for user in found:
        attached = user.state[Facet.USER_ATTACHED_POLICIES]
        identity = user.state[Facet.USER_IDENTITY]
        more: State = {
            Facet.USER_POLICY_GROUPS: {arn: groups.get(arn, []) for arn in attached},
            Facet.USER_CARRYING_GROUPS: {
                name: carried[name] for arn in attached for name in groups.get(arn, [])
            },
        }
        if Facet.USER_EFFECTIVE_POLICIES in wanted:
            more |= effective.of_user(user, carrying, answers.details("policy"))
        if credentials is not None:
            more[Facet.USER_SERVICE_CREDENTIALS] = credentials.get(user.name, {})
        row, sketched = report.get(user.name), frozenset[Facet]()
        if row and row.created == identity["created"]:  # else somebody else had the name
            more |= row.state
            sketched = frozenset(row.state)
        yield answers.listed("user", user, more, sketched)


def _report(answers: Answers) -> dict[str, credential_report.Row]:
    call = credential_report.CALLS[-1]

    def ask() -> dict[str, credential_report.Row]:
        with asking(call):
            content = credential_report.fetch(answers.aws, answers.now, answers.sleep)
        return credential_report.parse(content)

    return answers.once(call, ask)


def _credentials(answers: Answers) -> dict[str, dict[str, ServiceCredential]] | None:
    """Every user's service-specific credentials; None where AWS does not list them.

    Whoever needs them then asks for those of each user, and says what AWS answers.
    """
    try:
        return answers.once(CREDENTIALS, lambda: _all_credentials(answers.aws))
    except UnsettledError:
        return None


def _all_credentials(aws: Aws) -> dict[str, dict[str, ServiceCredential]]:
    found: dict[str, dict[str, ServiceCredential]] = {}
    asked: dict[str, Any] = {"AllUsers": True, "MaxItems": PAGE}
    with asking(CREDENTIALS):
        while True:
            answer = aws.client("iam").list_service_specific_credentials(**asked)
            for one in answer["ServiceSpecificCredentials"]:
                id_, credential = service_credential(one)
                found.setdefault(one["UserName"], {})[id_] = credential
            if not answer.get("IsTruncated"):
                return found
            asked["Marker"] = answer["Marker"]
