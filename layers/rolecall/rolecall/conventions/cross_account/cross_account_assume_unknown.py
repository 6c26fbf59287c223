"""Whoever of another account assumes a role comes from an account that is known."""

from collections.abc import Iterator, Mapping
from typing import Any

from rolecall.convention import ActivityConvention
from rolecall.model.changes import Change
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.roles import Role
from rolecall.model.parts import at, text
from rolecall.model.pointing import is_name
from rolecall.model.registered import Registered
from rolecall.model.scales import Mode, Severity
from rolecall.model.session_commands import past_command, revoke_command, unrevoke_command
from rolecall.model.standards import attack
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.policy.documents import Statement, parse_document
from rolecall.policy.principals import Form
from rolecall.policy.strangers import Answer

_TYPE = "AWSAccount"
_IN = {
    Answer.YES: "The trust of the role still names that account: it can come again.",
    Answer.NO: "The trust of the role does not name that account any more; open sessions go on.",
    Answer.UNSURE: "Whether the trust of the role still lets that account in is not certain.",
}


class CrossAccountAssumeUnknown(ActivityConvention):
    """Roles are assumed only by one's own accounts and by third parties that are registered.

    Why: A trust shows who may come, and only this shows who came. An account that nobody knows has
    credentials here.

    The right way: Register the account under third_parties, with an owner and a last day, or list it
    under organization; close the trust to whoever should not come. Each such call reaches Rolecall
    once this convention is on, and the calls are many where other accounts work here: it is off until the
    settings name it, and tells an account and role once a day.

    The remedy: None: a session cannot be taken back. The alert says whether the trust still names the
    account, and gives the command that ends the role's sessions of now.

    Undo: Nothing to take back; the policy that ends sessions is deleted by hand.
    """

    id = "cross-account-assume-unknown"
    severity = Severity.MEDIUM
    standards = (attack("T1199"), attack("T1078.004"))
    ships_as = Mode.OFF
    of_reads = True
    # Services and the account's own principals assume roles all the time, and are of other types.
    pattern = {  # noqa: RUF012  # the annotation is on the base class
        "source": ["aws.sts"],
        "detail": {
            "eventSource": ["sts.amazonaws.com"],
            "eventName": ["AssumeRole"],
            "userIdentity": {"type": [_TYPE]},
        },
    }
    related_needs: tuple[Facet, ...] = (Facet.ROLE_TRUST,)

    def __init__(
        self, options: Mapping[str, Any] | None = None, registered: Registered | None = None
    ) -> None:
        super().__init__(options, registered)
        if self.registered.organization.read:
            self.related_needs = (Facet.ROLE_TRUST, Facet.ROLE_ORGANIZATION_ACCOUNTS)

    def seen(self, change: Change) -> Iterator[Drift]:
        """Yield one drift for a role that an unknown account got; one a day for the same two."""
        identity = at(change.record, "userIdentity")
        caller = text(at(identity, "accountId")) or ""
        if (
            change.call != "sts:AssumeRole"
            or change.error
            or at(identity, "type") != _TYPE
            or caller in {change.account, *self.registered.organization.accounts}
        ):
            return
        party = self.registered.third_parties.get(caller)
        if party and party.holds(change.time):
            return
        was = f", which was registered as {party.name} until {party.expires}," if party else ""
        role = (text(at(change.request, "roleArn")) or "").rpartition("/")[2]
        given = "with" if at(change.request, "externalId") else "without"
        kind, name = ("role", role) if is_name("role", role) else ("account", change.account)
        yield self.drift(
            SubjectRef(kind, name, change.account),
            part=f"account {caller}",
            says=f"The account {caller}{was} assumed the role {role} as "
            f"{text(at(change.request, 'roleSessionName'))}, {given} an external id.",
            found={"account": caller, "day": change.time[:10]},
            # For the advice. It changes with every call, so it must not tell two states apart. The answer
            # also holds the session token, which is a secret: it goes nowhere.
            before={"key": text(at(change.response, "credentials", "accessKeyId")) or ""},
            remediable=False,
        )

    def related(self, drift: Drift) -> SubjectRef | None:
        """The role, for its trust."""
        return drift.subject if drift.subject.kind == "role" else None

    def confirmed(self, drift: Drift, related: Subject | None) -> bool:
        """Whether the account is none of the organization's; where those cannot be read, it is told."""
        if not isinstance(related, Role) or not related.knows(self.related_needs):
            return True
        own = related.state.get(Facet.ROLE_ORGANIZATION_ACCOUNTS) or ()
        return drift.found["account"] not in own

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:
        """Yield whether it can come again, what it did, and the commands that end its sessions."""
        if isinstance(related, Role) and related.knows((Facet.ROLE_TRUST,)):
            yield _IN[_names(related.trust, drift.found["account"])]
        if drift.before["key"]:
            yield past_command(drift.before["key"])
        if drift.subject.kind == "role":
            yield "This ends all sessions of the role that were begun before now, its good ones as well:"
            yield revoke_command(drift.subject)
            yield f"After 12 hours all of them have ended: {unrevoke_command(drift.subject)}"


def _names(trust: str, account: str) -> Answer:
    """Whether a trust names an account in a statement that allows to assume the role."""
    document = parse_document(trust)
    if document.problem:
        return Answer.UNSURE
    allowing = [one for one in document.statements if one.effect == "Allow"]
    answers = {_allows(one, account) for one in allowing if one.covers("sts:AssumeRole")}
    if Answer.YES in answers:
        return Answer.YES
    return Answer.UNSURE if Answer.UNSURE in answers else Answer.NO


def _allows(statement: Statement, account: str) -> Answer:
    named = statement.principals
    if named is None or named.inverted:
        return Answer.UNSURE
    if named.wildcards or any(one.account == account for one in named.named):
        return Answer.YES
    # A unique id is what is left of a principal that was deleted, and tells no account.
    unknown = any(one.form in (Form.UNCLEAR, Form.UNIQUE_ID) for one in named.named)
    return Answer.UNSURE if unknown else Answer.NO
