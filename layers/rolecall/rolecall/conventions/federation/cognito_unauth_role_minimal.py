"""Guests of an identity pool get little, or there are none."""

from collections.abc import Iterator
from shlex import quote
from typing import Any

from rolecall.convention import Convention, Option
from rolecall.model.calls import Call, Remedy, Step
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.providers import GuestRole, IdentityPool
from rolecall.model.scales import Severity
from rolecall.model.standards import Standard, security_hub
from rolecall.model.subjects import Subject
from rolecall.policy.documents import denies_only
from rolecall.policy.matching import fits_any

_GUESTS = "AllowUnauthenticatedIdentities"


class CognitoUnauthRoleMinimal(Convention):
    """A Cognito identity pool lets no guests in, or gives them a role with registered policies only.

    Why: Whoever knows the id of a pool, which stands in every app that uses it, gets credentials of its
    guest role without signing in. In the classic flow, AWS's own limit on what guests may do does not
    hold either.

    The right way: Disable guest access where nobody needs it. A public app that does need guests gets a
    role for them that carries one managed policy with the few calls it makes, registered in the option
    `policies`. An inline policy cannot be registered: whoever may write it could put anything there. A
    role with no policy at all gives guests nothing, so that guest access is not needed.

    The remedy: Only tells, unless the settings say disable_guests: then it switches guest access off,
    which locks every guest out within the hour that their credentials last. The pool's other settings are
    sent along as they are, for Cognito sets what a call leaves out to its default.

    Undo: Sets all settings of the pool to what they were.
    """

    id = "cognito-unauth-role-minimal"
    severity = Severity.HIGH
    standards = (
        security_hub("Cognito.2"),
        Standard("Prowler", "", (("", "cognito_identity_pool_guest_access_disabled"),)),
    )
    watches = (
        "cognito-identity:CreateIdentityPool",
        "cognito-identity:UpdateIdentityPool",
        "cognito-identity:SetIdentityPoolRoles",
    )
    needs = (Facet.IDENTITY_POOL_SETTINGS, Facet.IDENTITY_POOL_GUEST_ROLE)
    remedies = ("cognito-identity:UpdateIdentityPool",)
    opt_in = {"cognito-identity:UpdateIdentityPool": "disable_guests"}  # noqa: RUF012  # see the base
    settled_by = ("cognito-identity:DeleteIdentityPool",)
    options = {  # noqa: RUF012  # the annotation is on the base class
        "policies": Option(
            (), "ARNs, with `*`, of the managed policies that the role of guests may carry."
        ),
        "disable_guests": Option(
            False,
            "Whether guest access may be switched off; the app's guests are locked out by it.",
        ),
    }

    def drifts(self, pool: IdentityPool) -> Iterator[Drift]:
        """Yield one drift when guests are let in and get anything but registered policies."""
        settings, role = pool.settings, pool.guest_role
        if not settings.get(_GUESTS):
            return
        other = self._unregistered(role) if role else []
        if role and role["attached"] and not other:
            return
        yield self.drift(
            pool.ref,
            part="guest access",
            says=f"The identity pool {settings.get('IdentityPoolName')} lets guests in, "
            f"{_what(role, other)}{_flow(settings)}.",
            found={
                "guest_role": role["name"] if role else None,
                "unregistered": other,
                "classic_flow": bool(settings.get("AllowClassicFlow")),
            },
            expected="no guests, or a role with registered policies",
            # A call can only set all of it.
            before=dict(settings),
            remediable=self.option("disable_guests"),
        )

    def _unregistered(self, role: GuestRole) -> list[str]:
        registered = self.option("policies")
        attached = [arn for arn in role["attached"] if not fits_any(registered, arn)]
        inline = [name for name, text in role["inline"].items() if not denies_only(text)]
        return [*sorted(attached), *(f"inline {name}" for name in sorted(inline))]

    def remedy(self, drift: Drift) -> Remedy | None:
        """Switch guest access off and leave the rest as it is."""
        if not drift.remediable:
            return None
        call, before = self.remedies[0], {"IdentityPoolId": drift.subject.name} | drift.before
        return Remedy(Step(do=Call(call, before | {_GUESTS: False}), undo=Call(call, before)))

    def part(self, pool: IdentityPool, drift: Drift) -> Any:  # noqa: ARG002
        """All that the remedy and its undo set."""
        return dict(pool.settings)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield how guests are shut out, and how their role is made small."""
        region, pool = drift.subject.region, quote(drift.subject.name)
        where = f"--region {quote(region)} --identity-pool-id {pool}"
        yield (
            "Switch guest access off in the console, which sends the pool's other settings along. By "
            "hand all that the first command shows must be in the second:"
        )
        yield f"aws cognito-identity describe-identity-pool {where}"
        yield (
            f"aws cognito-identity update-identity-pool {where} "
            "--no-allow-unauthenticated-identities ..."
        )
        role = drift.found["guest_role"]
        if role:
            yield "Or, if the app needs guests, give their role one policy that `policies` registers:"
            yield from _taken_off(role, drift.found["unregistered"])


def _what(role: GuestRole | None, other: list[str]) -> str:
    if role is None:
        return "for whom it has no role"
    if not other:
        return f"and their role {role['name']} carries no policy"
    return f"and their role {role['name']} carries {', '.join(other)}, which is not registered"


def _flow(settings: Any) -> str:
    if not settings.get("AllowClassicFlow"):
        return ""
    return "; it allows the classic flow, in which AWS's own limit on guests does not hold"


def _taken_off(role: str, policies: list[str]) -> Iterator[str]:
    for policy in policies:
        inline = policy.removeprefix("inline ")
        if inline != policy:
            yield (
                f"aws iam delete-role-policy --role-name {quote(role)} --policy-name {quote(inline)}"
            )
        else:
            yield (
                f"aws iam detach-role-policy --role-name {quote(role)} --policy-arn {quote(policy)}"
            )
