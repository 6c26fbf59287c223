"""A SAML provider is the one that people accepted."""

import hashlib
from collections.abc import Iterator
from shlex import quote
from typing import Any, Final

from rolecall.convention import Convention
from rolecall.model.calls import Call, Remedy, Step
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.providers import IDENTITY_CENTER, SamlProvider
from rolecall.model.scales import Severity
from rolecall.model.standards import attack, user_guide
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.policy.matching import matches
from rolecall.policy.saml_metadata import Signers, signers

_EXISTENCE: Final = "existence"
_METADATA: Final = "metadata"
_UPDATE: Final = "iam:UpdateSAMLProvider"
# A case keeps the metadata some ten times over, in the 400 KB that it may have.
_LONGEST: Final = 32_768


class SamlProviderApproved(Convention):
    """Every SAML provider signs people in by the entity and the certificates that were accepted.

    Why: Whoever holds the key of a signing certificate signs in as anybody, into every role that trusts
    the provider. To put one's own certificate beside the real one is enough, and nothing else shows.

    The right way: Change certificates with the identity provider's own change process, and accept the new
    metadata with `rolecall baseline accept`. What is compared is the entity id and the fingerprints of
    the signing certificates, so metadata that is only written anew is the same. The provider of IAM
    Identity Center, which AWS itself keeps, is left alone.

    The remedy: Where people accepted the metadata and said that it is to be restored, it is written back
    when nothing but certificates changed. So the accepted certificate signs people in again, and the
    convention is declared as granting. Another entity, metadata that cannot be read for certain or that
    is longer than 32,768 characters, and a provider that nobody has accepted are only told. So is one
    that was deleted, by which nobody signs in any more: if that was meant, an exemption ends it.

    Undo: Writes the metadata that stood there, exactly.
    """

    id = "saml-provider-approved"
    severity = Severity.CRITICAL
    standards = (
        attack("T1484.002"),
        attack("T1556.007"),
        user_guide("Create a SAML identity provider in IAM"),
    )
    watches = ("iam:CreateSAMLProvider", "iam:DeleteSAMLProvider", _UPDATE)
    needs = (Facet.SAML_PROVIDER_METADATA, Facet.SAML_PROVIDER_REVIEWED)
    remedies = (_UPDATE,)
    widens = True
    settled_by = ("iam:CreateSAMLProvider", "iam:DeleteSAMLProvider", _UPDATE)

    def drifts(self, provider: SamlProvider) -> Iterator[Drift]:
        """Yield one drift when it is not as accepted, or nobody has accepted it."""
        name, text, accepted = provider.ref.name, provider.metadata, provider.reviewed
        if matches(IDENTITY_CENTER, name):
            return
        live = signers(text)
        known = signers(accepted["text"]) if accepted else None
        if accepted and (text == accepted["text"] or (live and live == known)):
            return
        swapped = live is not None and known is not None and live.entities == known.entities
        short = accepted is not None and max(len(text), len(accepted["text"])) <= _LONGEST
        yield self.drift(
            provider.ref,
            part=_METADATA,
            says=_says(name, live, known)
            if accepted
            else f"Nobody has accepted the SAML provider {name}.",
            found=_found(live, text),
            expected=known.to_dict() if known else None,
            before={"metadata": text, "accepted": accepted["text"]} if accepted and short else None,
            remediable=bool(accepted and accepted["restore"] and swapped and short),
        )

    def absent(self, ref: SubjectRef) -> Iterator[Drift]:
        """Yield one drift: nobody signs in through it any more."""
        if not matches(IDENTITY_CENTER, ref.name):
            yield self.drift(
                ref,
                part=_EXISTENCE,
                says=f"The SAML provider {ref.name} was deleted: nobody signs in through it any more.",
                found={"there": False},
                expected="the provider",
                remediable=False,
            )

    def remedy(self, drift: Drift) -> Remedy | None:
        """Write the accepted metadata back."""
        if not drift.remediable:
            return None
        provider = {"SAMLProviderArn": drift.subject.arn}
        return Remedy(
            Step(
                do=Call(_UPDATE, provider | {"SAMLMetadataDocument": drift.before["accepted"]}),
                undo=Call(_UPDATE, provider | {"SAMLMetadataDocument": drift.before["metadata"]}),
            )
        )

    def part(self, provider: SamlProvider, drift: Drift) -> Any:  # noqa: ARG002
        """The metadata, exactly."""
        return provider.metadata

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield how to look at it, how to put it right by hand, and how to accept it."""
        name, arn = drift.subject.name, quote(drift.subject.arn)
        if drift.part == _EXISTENCE:
            yield (
                f"aws iam create-saml-provider --name {quote(name)} "
                "--saml-metadata-document file://METADATA.xml"
            )
            return
        yield f"aws iam get-saml-provider --saml-provider-arn {arn}"
        yield "Write the metadata that the identity provider gives out now:"
        yield (
            f"aws iam update-saml-provider --saml-provider-arn {arn} "
            "--saml-metadata-document file://METADATA.xml"
        )
        yield "Or, if it is meant to be so, accept it with rolecall baseline accept."


def _says(name: str, live: Signers | None, known: Signers | None) -> str:
    if live is None:
        return f"The metadata of the SAML provider {name} changed, and cannot be read for certain."
    if known is None or live.entities != known.entities:
        return f"The SAML provider {name} signs people in by another entity than was accepted."
    return f"The SAML provider {name} signs people in by other certificates than were accepted."


def _found(live: Signers | None, text: str) -> dict[str, Any]:
    if live:
        return live.to_dict()
    return {"sha256": hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()}
