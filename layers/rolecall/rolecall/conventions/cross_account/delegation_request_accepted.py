"""Partners come in through reviewed roles, and not by temporary delegation."""

from collections.abc import Iterator
from shlex import quote
from typing import Any

from rolecall.convention import ActivityConvention
from rolecall.model.changes import Change
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.providers import DelegationRequest
from rolecall.model.parts import at, text
from rolecall.model.pointing import is_name
from rolecall.model.scales import Severity
from rolecall.model.standards import attack
from rolecall.model.subjects import Subject, SubjectRef

_ACCEPT, _SEND = "iam:AcceptDelegationRequest", "iam:SendDelegationToken"
_DEEDS = {
    _ACCEPT: "accepted the delegation request {}",
    _SEND: "sent the token of the delegation request {} to the partner who had asked for it",
}


class DelegationRequestAccepted(ActivityConvention):
    """Partners come in through reviewed cross-account roles: nobody accepts their delegation requests.

    Why: With a delegation request a partner asks for permissions in the account, and one person's
    approval gives them: no role and no policy that anybody reviews changes by it. Once the token is sent,
    it cannot be taken back.

    The right way: Give the partner a role that names its account and an external id, and register the
    account under third_parties.

    The remedy: None. The alert says who asks for what and for how long; an accepted request can be
    rejected by hand until its token is sent.

    Undo: Nothing to take back.
    """

    id = "delegation-request-accepted"
    severity = Severity.HIGH
    standards = (attack("T1199"),)
    pattern = {  # noqa: RUF012  # the annotation is on the base class
        "source": ["aws.iam"],
        "detail": {
            "eventSource": ["iam.amazonaws.com"],
            "eventName": [call.partition(":")[2] for call in _DEEDS],
        },
    }
    related_needs = (Facet.DELEGATION_REQUEST_SETTINGS,)

    def seen(self, change: Change) -> Iterator[Drift]:
        """Yield one drift for a request that was accepted, and one for its token that was sent."""
        if change.call not in _DEEDS or change.error:
            return
        id_ = text(at(change.request, "delegationRequestId")) or ""
        known = is_name("delegation-request", id_)
        kind, name = ("delegation-request", id_) if known else ("account", change.account)
        yield self.drift(
            SubjectRef(kind, name, change.account),
            part=change.call,
            says=f"{change.actor} {_DEEDS[change.call].format(id_)}.",
            found={"call": change.call, "day": change.time[:10]},
            remediable=False,
        )

    def related(self, drift: Drift) -> SubjectRef | None:
        """The request, for who asks for what."""
        return drift.subject if drift.subject.kind == "delegation-request" else None

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:
        """Yield who asks for what, and the command that rejects it while that is possible."""
        if isinstance(related, DelegationRequest) and related.settings:
            yield from _described(related.settings)
        request = quote(drift.subject.name)
        if drift.subject.kind != "delegation-request":
            return
        yield f"See all of it: aws iam get-delegation-request --delegation-request-id {request}"
        if drift.part == _ACCEPT:
            yield "Until its token is sent it can be rejected:"
            yield f"aws iam reject-delegation-request --delegation-request-id {request}"
        else:
            yield "It cannot be taken back: it ends with the session, whose permissions are those above."


def _described(settings: Any) -> Iterator[str]:
    who = f"{settings.get('RequestorName', 'a partner')} (account {settings.get('RequestorId')})"
    yield f"Asked for by {who}: {settings.get('Description') or 'it does not say for what'}"
    template = at(settings, "Permissions", "PolicyTemplateArn")
    if template:
        yield f"The permissions are those of {template}."
    if seconds := settings.get("SessionDuration"):
        yield f"A session of it lasts {seconds} seconds."
