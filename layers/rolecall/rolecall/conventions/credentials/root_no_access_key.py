"""Root has no access key."""

from collections.abc import Iterator

from rolecall.convention import Convention
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.accounts import Account
from rolecall.model.scales import Severity
from rolecall.model.standards import CIS_ROOT_ACCESS_KEY, attack, config_rule, security_hub
from rolecall.model.subjects import Subject


class RootNoAccessKey(Convention):
    """Root has no access key.

    Why: An access key of root works from anywhere, without MFA, and no policy binds it. Who has it has
    the account.

    The right way: Delete it, and do with a role what it was made for. In an organization, take all
    credentials from the root users of member accounts and manage them centrally: then nobody can make
    such a key again.

    The remedy: None: only root itself can delete its key, or the organization's management account in
    a session of sts:AssumeRoot. IAM's summary, by which this is judged, may tell of a new key only after
    minutes: `root-usage` tells the call itself at once, and the next sweep tells the key.

    Undo: Nothing to take back.
    """

    id = "root-no-access-key"
    severity = Severity.CRITICAL
    standards = (
        CIS_ROOT_ACCESS_KEY,
        security_hub("IAM.4"),
        config_rule("iam-root-access-key-check"),
        attack("T1098.001"),
    )
    watches = ("iam:CreateAccessKey",)
    needs = (Facet.ACCOUNT_SUMMARY,)
    settled_by = ("iam:DeleteAccessKey",)

    def drifts(self, account: Account) -> Iterator[Drift]:
        """Yield one drift when root has a key; the summary does not tell which, nor how many."""
        if account.summary.get("AccountAccessKeysPresent"):
            yield self.drift(
                account.ref,
                part="access-key",
                says=f"Root of account {account.ref.account} has an access key.",
                found={"present": True},
                remediable=False,
            )

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield how root deletes it, and how the organization does."""
        account = drift.subject.account
        yield "As root: aws iam list-access-keys, then aws iam delete-access-key --access-key-id KEY"
        yield (
            "Or as the organization's management account, with the credentials that this gives: aws sts "
            f"assume-root --region us-east-1 --target-principal {account} --task-policy-arn "
            "arn=arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials"
        )
