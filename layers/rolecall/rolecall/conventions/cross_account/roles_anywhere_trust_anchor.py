"""Only approved authorities let workloads in through IAM Roles Anywhere."""

import json
from collections.abc import Iterator
from shlex import quote
from typing import Any

from rolecall.convention import Convention, Option
from rolecall.model.calls import Call, Remedy, Step
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.providers import TrustAnchor
from rolecall.model.scales import Severity
from rolecall.model.standards import attack
from rolecall.model.subjects import Subject
from rolecall.policy.certificates import fingerprints, plain
from rolecall.policy.matching import fits_any


class RolesAnywhereTrustAnchor(Convention):
    """Every enabled trust anchor of IAM Roles Anywhere stands for an approved certificate authority.

    Why: Who holds the key of such an authority writes certificates, and with one takes on every role that
    trusts Roles Anywhere and that a profile names. No password, key or user shows it.

    The right way: One private certificate authority of the company, whose ARN stands in the option
    `approved`; for an authority of one's own outside of AWS, the SHA-256 fingerprints of all
    certificates of its bundle. It is the authority that is approved and not the anchor, for whoever may
    change an anchor may put another authority into it. Profiles name no anchor, so they are not looked
    at: whom their roles trust is what the conventions about roles judge.

    The remedy: Disables the anchor. Sessions that were begun with it last until they end by themselves.

    Undo: Enables it again.
    """

    id = "roles-anywhere-trust-anchor"
    severity = Severity.HIGH
    standards = (attack("T1484.002"),)
    watches = (
        "rolesanywhere:CreateTrustAnchor",
        "rolesanywhere:EnableTrustAnchor",
        "rolesanywhere:UpdateTrustAnchor",
    )
    needs = (Facet.TRUST_ANCHOR_SETTINGS,)
    remedies = ("rolesanywhere:DisableTrustAnchor",)
    settled_by = (
        "rolesanywhere:DeleteTrustAnchor",
        "rolesanywhere:DisableTrustAnchor",
        "rolesanywhere:UpdateTrustAnchor",
    )
    options = {  # noqa: RUF012  # the annotation is on the base class
        "approved": Option(
            (),
            "ARNs of private certificate authorities, in which `*` stands for any text, and SHA-256 "
            "fingerprints of certificates.",
        )
    }

    def drifts(self, anchor: TrustAnchor) -> Iterator[Drift]:
        """Yield one drift when it is enabled and stands for somebody else."""
        settings = anchor.settings
        trusted = _trusted(settings["source"])
        if not settings["enabled"] or (trusted and all(map(self._is_approved, trusted))):
            return
        whom = ", ".join(trusted) or "an authority that cannot be told for certain"
        yield self.drift(
            anchor.ref,
            part="source",
            says=f"The trust anchor {settings['name']} lets in whoever has a certificate of {whom}, "
            "which is not approved.",
            found={"enabled": True, "trusts": list(trusted)},
            expected={"enabled": False},
        )

    def _is_approved(self, authority: str) -> bool:
        approved = self.option("approved")
        if authority.startswith("arn:"):
            return fits_any(approved, authority)
        return authority in map(plain, approved)

    def remedy(self, drift: Drift) -> Remedy:
        """Disable the anchor."""
        anchor = {"trustAnchorId": drift.subject.name}
        return Remedy(
            Step(
                do=Call("rolesanywhere:DisableTrustAnchor", anchor),
                undo=Call("rolesanywhere:EnableTrustAnchor", anchor),
            )
        )

    def part(self, anchor: TrustAnchor, drift: Drift) -> Any:  # noqa: ARG002
        """What it trusts, and whether it lets anybody in."""
        return dict(anchor.settings)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the command that disables it, and the entry that would approve its authority."""
        place = f"--region {quote(drift.subject.region)}"
        yield f"aws rolesanywhere disable-trust-anchor --trust-anchor-id {drift.subject.name} {place}"
        if trusted := drift.found["trusts"]:
            approved = [*self.option("approved"), *trusted]
            yield "Or, if it is one of yours, approve its authority in the settings:"
            yield f"conventions: {json.dumps({self.id: {'approved': approved}})}"


def _trusted(source: str) -> tuple[str, ...]:
    """The private authority's ARN, or the fingerprints of all certificates; none where it is unclear."""
    return (source,) if source.startswith("arn:") else fingerprints(source) or ()
