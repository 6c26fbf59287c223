"""Nobody comes in through an OpenID Connect provider that nobody approved."""

import json
from collections.abc import Iterator
from shlex import quote
from typing import Any, Final

from rolecall.convention import Convention, Option
from rolecall.model.calls import Call, Remedy, Step
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.providers import OidcProvider
from rolecall.model.scales import Severity
from rolecall.model.standards import attack, user_guide
from rolecall.model.subjects import Subject
from rolecall.policy.identity_providers import registration

_REGISTRATION: Final = "registration"


class OidcProviderApproved(Convention):
    """Every OpenID Connect provider is registered in the settings, with the client ids that it may have.

    Why: Who runs such a provider says who its users are, and every role that trusts it believes that. One
    that was added in passing is a door whose key lies with somebody else.

    The right way: Write the issuer down in the settings' `identity_providers` with its owner and the
    client ids that it may have, in the change that makes it, or use one that stands there already. Each
    EKS cluster has an issuer of its own: `oidc.eks.*.amazonaws.com/id/*` registers them all.
    A wildcard in the host of an entry stands for no slash, and one in its path for anything. Google,
    Facebook, Login with Amazon and Cognito need no provider, and roles may trust them without one.

    The remedy: None, unless the option `delete` is on: then it deletes a provider that is not registered.
    Roles that trust it stay as they are, and let nobody in through it any more. That a registered
    provider has a client id that was not registered is only told.

    Undo: Makes the provider anew with the same URL, client ids, thumbprints and tags. Its ARN is made
    from the URL and so is the same, and roles that trusted it do so again. Tags whose keys begin with
    `aws:`, which only AWS sets, are not put back.
    """

    id = "oidc-provider-approved"
    severity = Severity.HIGH
    standards = (
        attack("T1484.002"),
        user_guide("Create an OpenID Connect (OIDC) identity provider in IAM"),
    )
    # No published record of these calls was found: how they name the provider is taken from the API's
    # model and from how CloudTrail writes IAM's other calls.
    watches = ("iam:AddClientIDToOpenIDConnectProvider", "iam:CreateOpenIDConnectProvider")
    needs = (Facet.OIDC_PROVIDER_SETTINGS,)
    remedies = ("iam:DeleteOpenIDConnectProvider",)
    opt_in = {"iam:DeleteOpenIDConnectProvider": "delete"}  # noqa: RUF012  # declared as data
    settled_by = (
        "iam:DeleteOpenIDConnectProvider",
        "iam:RemoveClientIDFromOpenIDConnectProvider",
    )
    options = {  # noqa: RUF012  # the annotation is on the base class
        "delete": Option(False, "Whether the remedy deletes a provider that is not registered.")
    }

    def wants(self, kind: str) -> tuple[Facet, ...]:  # noqa: ARG002
        """The roles that trust it, for people to know what hangs on it."""
        return (Facet.OIDC_PROVIDER_ROLES,)

    def drifts(self, provider: OidcProvider) -> Iterator[Drift]:
        """Yield one drift when nobody registered it, or else one for each client id of that kind."""
        name, settings = provider.ref.name, provider.settings
        entry = registration(name, self.registered.identity_providers)
        if entry is None:
            roles = provider.roles if provider.knows(self.wants(provider.kind)) else ()
            trusting = f"; roles that trust it: {', '.join(roles)}" if roles else ""
            yield self.drift(
                provider.ref,
                part=_REGISTRATION,
                says=f"The OpenID Connect provider {name} is not registered{trusting}.",
                found={"registered": False},
                expected="an entry in the settings' identity_providers",
                before=dict(settings),
                remediable=self.option("delete"),
            )
            return
        for client in settings["client_ids"]:
            if entry.client_ids and client not in entry.client_ids:
                yield self.drift(
                    provider.ref,
                    part=f"client id {client}",
                    says=f"The OpenID Connect provider {name} has the client id {client}, which is not "
                    "registered.",
                    found={"client_id": client},
                    expected={"client_ids": list(entry.client_ids)},
                    remediable=False,
                )

    def remedy(self, drift: Drift) -> Remedy | None:
        """Delete the provider."""
        if not (self.option("delete") and drift.part == _REGISTRATION):
            return None
        was = drift.before
        return Remedy(
            Step(
                do=Call(
                    "iam:DeleteOpenIDConnectProvider",
                    {"OpenIDConnectProviderArn": drift.subject.arn},
                ),
                undo=Call(
                    "iam:CreateOpenIDConnectProvider",
                    {
                        "Url": f"https://{drift.subject.name}",
                        "ClientIDList": list(was["client_ids"]),
                        "ThumbprintList": list(was["thumbprints"]),
                        "Tags": [
                            {"Key": key, "Value": value}
                            for key, value in was["tags"].items()
                            if not key.startswith("aws:")
                        ],
                        **was.get("propagation", {}),
                    },
                ),
            )
        )

    def part(self, provider: OidcProvider, drift: Drift) -> Any:
        """All of its settings, or whether it has that client id."""
        if drift.part == _REGISTRATION:
            return dict(provider.settings)
        return drift.found["client_id"] in provider.settings["client_ids"]

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the entry that would register it, and the command that takes away what is not wanted."""
        name, arn = drift.subject.name, quote(drift.subject.arn)
        if drift.part != _REGISTRATION:
            client = drift.found["client_id"]
            yield f"Register the client id in the settings, under {name}, or take it away:"
            yield (
                "aws iam remove-client-id-from-open-id-connect-provider "
                f"--open-id-connect-provider-arn {arn} --client-id {quote(client)}"
            )
            return
        entry = {"owner": "OWNER", "client_ids": list(drift.before["client_ids"])}
        yield "Register it in the settings:"
        yield f"identity_providers: {json.dumps({name: entry})}"
        yield "Or use a registered one, and delete this one:"
        yield f"aws iam delete-open-id-connect-provider --open-id-connect-provider-arn {arn}"
