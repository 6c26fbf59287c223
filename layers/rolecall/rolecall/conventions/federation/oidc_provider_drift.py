"""An OpenID Connect provider stays as people accepted it."""

import dataclasses
from collections.abc import Iterator
from shlex import quote
from typing import Any, Final

from rolecall.convention import Convention
from rolecall.model.calls import Call, Remedy, Step
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.providers import OidcProvider
from rolecall.model.scales import Severity
from rolecall.model.standards import attack, user_guide
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.policy.identity_providers import names_exactly, registration

_EXISTENCE: Final = "existence"
_THUMBPRINTS: Final = "thumbprints"
_ADD: Final = "iam:AddClientIDToOpenIDConnectProvider"
_REMOVE: Final = "iam:RemoveClientIDFromOpenIDConnectProvider"
_UPDATE: Final = "iam:UpdateOpenIDConnectProviderThumbprint"


class OidcProviderDrift(Convention):
    """An OpenID Connect provider has the client ids and thumbprints that people accepted.

    Why: A client id that is added lets another application's users in, one that is taken away locks
    everybody of it out, and a thumbprint is the certificate by which AWS knows the issuer.

    The right way: Change the provider through the pipeline that made it, then accept what it is now with
    `rolecall baseline accept`. A provider that nobody has accepted yet is not judged. One that is
    registered in the settings by its very URL must be there: that somebody deleted it is told.

    The remedy: Takes the one client id away that was added, adds the one that was taken away, or sets the
    accepted thumbprints again. This may give rights back, so the convention is declared as granting. AWS
    does not look at the thumbprints of issuers with a certificate of a well-known authority, so when
    nothing but thumbprints changed, that is told as low. A list of thumbprints that is or was empty is
    only told, for AWS takes no empty one. A provider that was deleted is only told.

    Undo: The reverse call, with what stood there.
    """

    id = "oidc-provider-drift"
    severity = Severity.HIGH
    standards = (attack("T1484.002"), user_guide("OIDC federation"))
    # As for oidc-provider-approved: what the records look like is taken from the API's model.
    watches = (_ADD, "iam:DeleteOpenIDConnectProvider", _REMOVE, _UPDATE)
    needs = (Facet.OIDC_PROVIDER_SETTINGS, Facet.OIDC_PROVIDER_REVIEWED)
    remedies = (_ADD, _REMOVE, _UPDATE)
    widens = True
    settled_by = (_ADD, "iam:CreateOpenIDConnectProvider", _REMOVE, _UPDATE)

    def drifts(self, provider: OidcProvider) -> Iterator[Drift]:
        """Yield one drift for each client id more or less than accepted, and one for the thumbprints."""
        accepted = provider.reviewed
        if accepted is None:
            return
        clients, known = set(provider.settings["client_ids"]), set(accepted["client_ids"])
        for client in sorted(clients ^ known):
            yield self._of_client(provider.ref, client, there=client in clients)
        live, reviewed = provider.settings["thumbprints"], accepted["thumbprints"]
        if _same(live, reviewed):
            return
        drift = self.drift(
            provider.ref,
            part=_THUMBPRINTS,
            says=f"The thumbprints of the OpenID Connect provider {provider.ref.name} are not the "
            "accepted ones.",
            found={"thumbprints": sorted(one.lower() for one in live)},
            expected={"thumbprints": list(reviewed)},
            before={"thumbprints": list(live)},
            remediable=bool(live and reviewed),
        )
        yield drift if clients != known else dataclasses.replace(drift, severity=Severity.LOW)

    def _of_client(self, ref: SubjectRef, client: str, *, there: bool) -> Drift:
        verb = "has" if there else "has lost"
        accepted = "nobody accepted" if there else "was accepted"
        return self.drift(
            ref,
            part=f"client id {client}",
            says=f"The OpenID Connect provider {ref.name} {verb} the client id {client}, which "
            f"{accepted}.",
            found={"client_id": client, "there": there},
            expected={"client_id": client, "there": not there},
        )

    def absent(self, ref: SubjectRef) -> Iterator[Drift]:
        """Yield one drift when a provider that is registered by its very URL is not there."""
        if names_exactly(ref.name, self.registered.identity_providers):
            yield self.drift(
                ref,
                part=_EXISTENCE,
                says=f"The OpenID Connect provider {ref.name} is registered, and is not there.",
                found={"there": False},
                expected="the provider, or no entry in the settings' identity_providers",
                remediable=False,
            )

    def remedy(self, drift: Drift) -> Remedy | None:
        """The reverse call."""
        if not drift.remediable:
            return None
        provider = {"OpenIDConnectProviderArn": drift.subject.arn}
        if drift.part == _THUMBPRINTS:
            return Remedy(
                Step(
                    do=Call(_UPDATE, provider | {"ThumbprintList": drift.expected["thumbprints"]}),
                    undo=Call(_UPDATE, provider | {"ThumbprintList": drift.before["thumbprints"]}),
                )
            )
        one = provider | {"ClientID": drift.found["client_id"]}
        add, remove = Call(_ADD, one), Call(_REMOVE, one)
        return Remedy(Step(remove, add) if drift.found["there"] else Step(add, remove))

    def part(self, provider: OidcProvider, drift: Drift) -> Any:
        """Whether it has that client id, or its thumbprints."""
        if drift.part == _THUMBPRINTS:
            return list(provider.settings["thumbprints"])
        return drift.found["client_id"] in provider.settings["client_ids"]

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the command that puts it right by hand, and how to accept what it is now."""
        name, arn = drift.subject.name, quote(drift.subject.arn)
        if drift.part == _EXISTENCE:
            entry = registration(name, self.registered.identity_providers)
            clients = " ".join(map(quote, entry.client_ids)) if entry else ""
            with_clients = f" --client-id-list {clients}" if clients else ""
            yield f"aws iam create-open-id-connect-provider --url {quote(f'https://{name}')}{with_clients}"
            return
        if drift.part == _THUMBPRINTS:
            if thumbprints := " ".join(map(quote, drift.expected["thumbprints"])):
                yield (
                    "aws iam update-open-id-connect-provider-thumbprint "
                    f"--open-id-connect-provider-arn {arn} --thumbprint-list {thumbprints}"
                )
        else:
            verb = "remove-client-id-from" if drift.found["there"] else "add-client-id-to"
            yield (
                f"aws iam {verb}-open-id-connect-provider --open-id-connect-provider-arn {arn} "
                f"--client-id {quote(drift.found['client_id'])}"
            )
        yield "Or, if it is meant to be so, accept it with rolecall baseline accept."


def _same(one: Any, other: Any) -> bool:
    """Whether two lists of thumbprints hold the same ones, whatever their order and letter case."""
    return {text.lower() for text in one} == {text.lower() for text in other}
