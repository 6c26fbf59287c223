"""The account hands out its own identity tokens only where people wanted that."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rolecall.convention import Convention, Option
from rolecall.model.calls import Call, Remedy, Step
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.accounts import Account
from rolecall.model.registered import Registered
from rolecall.model.scales import Severity
from rolecall.model.standards import attack
from rolecall.model.subjects import Subject

_DISABLE: Final = "iam:DisableOutboundWebIdentityFederation"


class OutboundFederationApproved(Convention):
    """The account hands out web identity tokens only if the settings say what for.

    Why: It is one switch for the whole account. With it on, whoever may call `sts:GetWebIdentityToken`
    gets a signed token that names the account, for any service outside that takes it: another way out
    for identities, and one that nobody may know of.

    The right way: Say in the option `approved_for` what the tokens are for and who owns that, and permit
    `sts:GetWebIdentityToken` only to the roles that need it, for the audiences that they need. Once it is
    approved, neither the switch nor any token is looked at.

    The remedy: None, unless the option `disable` is on: then it switches the tokens off. Those that were
    handed out before stay valid until they end by themselves.

    Undo: Switches them on again.
    """

    id = "outbound-federation-approved"
    severity = Severity.MEDIUM
    standards = (attack("T1550.001"),)
    # No published record of these calls was found; nothing of them is used but that they were made.
    watches: tuple[str, ...] = (
        "iam:EnableOutboundWebIdentityFederation",
        "sts:GetWebIdentityToken",
    )
    needs = (Facet.ACCOUNT_OUTBOUND_FEDERATION,)
    remedies = (_DISABLE,)
    opt_in = {_DISABLE: "disable"}  # noqa: RUF012  # declared as data, like the rest
    settled_by = (_DISABLE,)
    options = {  # noqa: RUF012  # the annotation is on the base class
        "approved_for": Option("", "What the account's tokens are for; set, they may be on."),
        "disable": Option(False, "Whether the remedy switches tokens off that are not approved."),
    }

    def __init__(
        self,
        options: Mapping[str, Any] | None = None,
        registered: Registered | None = None,
    ) -> None:
        super().__init__(options, registered)
        if self.option("approved_for"):
            self.watches = ()  # or the record of every token would come in, for nothing

    def drifts(self, account: Account) -> Iterator[Drift]:
        """Yield one drift when tokens are on and not approved."""
        if not account.outbound_federation["enabled"] or self.option("approved_for"):
            return
        yield self.drift(
            account.ref,
            part="outbound federation",
            says="The account hands out web identity tokens, and the settings do not say what for.",
            found={"enabled": True},
            expected={"enabled": False},
            remediable=self.option("disable"),
        )

    def remedy(self, drift: Drift) -> Remedy | None:  # noqa: ARG002
        """Switch them off."""
        if not self.option("disable"):
            return None
        return Remedy(Step(Call(_DISABLE), Call("iam:EnableOutboundWebIdentityFederation")))

    def part(self, account: Account, drift: Drift) -> bool:  # noqa: ARG002
        """Whether they are on."""
        return account.outbound_federation["enabled"]

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the entry that would approve it, and the command that switches it off."""
        yield "Say in the settings what the tokens are for:"
        yield f"conventions: {{{self.id}: {{approved_for: USE AND OWNER}}}}"
        yield "Or switch them off:"
        yield "aws iam disable-outbound-web-identity-federation"
