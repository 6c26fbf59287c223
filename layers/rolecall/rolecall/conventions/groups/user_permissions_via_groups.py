"""Users get their permissions through groups."""

from collections.abc import Iterator
from shlex import quote

from rolecall.convention import Convention
from rolecall.model.calls import Call, Remedy, Step
from rolecall.model.drifts import Drift
from rolecall.model.scales import Severity
from rolecall.model.standards import CIS_PERMISSIONS_THROUGH_GROUPS, config_rule, security_hub
from rolecall.model.subjects import Facet, Policy, Subject, SubjectRef, User
from rolecall.policy.documents import allows_only, denies_only

# AWS and its consoles put these on users themselves. Taking them away would undo an incident
# response (quarantine, deny-all), or break a password reset, an SMTP user or a Bedrock key. Anyone can
# choose such a name, so a managed policy must be AWS's own and an inline one may only send mail.
_OF_AWS = ":iam::aws:policy/"
_QUARANTINE = ("AWSCompromisedKeyQuarantine", "AWSDenyAll")
_PASSWORD = "IAMUserChangePassword"  # noqa: S105  # the name of a policy
_SES_POLICY = "AmazonSesSendingAccess"
_SES_SENDING = "ses:send"
_BEDROCK_USER, _BEDROCK = "BedrockAPIKey-", "AmazonBedrock"


class UserPermissionsViaGroups(Convention):
    """Users get permissions only through groups.

    Why: A policy put straight on a user is missed when groups are reviewed, and stays when the user
    changes jobs. Permissions that hang on a group are reviewed once and hold for everybody in that job.

    The right way: Put the permission on the group of that job and add the user to the group; people
    are better off still with a role that they assume through Identity Center.

    The remedy: Detaches the one managed policy, or deletes the one inline policy, that was found.
    Policies that AWS itself puts on users (quarantine, deny-all, change-password, SES and Bedrock
    users) and inline policies that only deny are left alone.

    Undo: Attaches the same managed policy, or puts back the inline policy with the same text.
    """

    id = "user-permissions-via-groups"
    severity = Severity.HIGH
    standards = (
        CIS_PERMISSIONS_THROUGH_GROUPS,
        security_hub("IAM.2"),
        config_rule("iam-user-no-policies-check"),
    )
    watches = ("iam:AttachUserPolicy", "iam:PutUserPolicy")
    needs = (Facet.USER_INLINE_POLICIES, Facet.USER_ATTACHED_POLICIES)
    related_needs = (Facet.POLICY_GROUPS,)
    remedies = ("iam:DetachUserPolicy", "iam:DeleteUserPolicy")
    settled_by = ("iam:DetachUserPolicy", "iam:DeleteUserPolicy", "iam:DeleteUser")

    def drifts(self, user: User) -> Iterator[Drift]:
        """Yield one drift for each policy that hangs on the user itself."""
        for arn, name in user.attached_policies.items():
            if not self._is_put_by_aws(user, arn, name):
                yield self.drift(
                    user.ref,
                    part=arn,
                    says=f"The policy {name} is attached to the user {user.ref.name} itself.",
                    found={"attached": arn},
                )
        for name, text in user.inline_policies.items():
            sends = name == _SES_POLICY and allows_only(text, _SES_SENDING)
            if not sends and not denies_only(text):
                yield self.drift(
                    user.ref,
                    part=name,
                    says=f"The user {user.ref.name} holds the inline policy {name}.",
                    found={"inline": text},
                )

    @staticmethod
    def _is_put_by_aws(user: User, arn: str, name: str) -> bool:
        if _OF_AWS not in arn:
            return False
        key = user.ref.name.startswith(_BEDROCK_USER) and name.startswith(_BEDROCK)
        return key or name == _PASSWORD or name.startswith(_QUARANTINE)

    def remedy(self, drift: Drift) -> Remedy:
        """Take that one policy off the user."""
        user = drift.subject.name
        if "attached" in drift.found:
            attachment = {"UserName": user, "PolicyArn": drift.part}
            return Remedy(
                Step(
                    do=Call("iam:DetachUserPolicy", attachment),
                    undo=Call("iam:AttachUserPolicy", attachment),
                )
            )
        names = {"UserName": user, "PolicyName": drift.part}
        return Remedy(
            Step(
                do=Call("iam:DeleteUserPolicy", names),
                undo=Call("iam:PutUserPolicy", names | {"PolicyDocument": drift.found["inline"]}),
            )
        )

    def part(self, user: User, drift: Drift) -> str | None:
        """The text or ARN of that policy on the user, or None."""
        policies = user.attached_policies if "attached" in drift.found else user.inline_policies
        return policies.get(drift.part)

    def related(self, drift: Drift) -> SubjectRef | None:
        """The attached policy: groups that carry it are where the user belongs."""
        if "attached" not in drift.found:
            return None
        return SubjectRef("policy", drift.part, drift.subject.account)

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:
        """Yield the groups that already carry the policy, and the command that joins one."""
        # Names and ARNs may hold what a shell would run, and people copy these lines.
        user, part = quote(drift.subject.name), quote(drift.part)
        if isinstance(related, Policy) and related.groups:
            yield f"Groups that already carry it: {', '.join(related.groups)}."
            yield (
                f"aws iam add-user-to-group --user-name {user} "
                f"--group-name {quote(related.groups[0])}"
            )
        elif "attached" in drift.found:
            yield "No group carries this policy yet: attach it to the group of that job."
            yield f"aws iam attach-group-policy --group-name GROUP --policy-arn {part}"
        else:
            yield "Put the same permissions on the group of that job, and add the user to it:"
            yield f"aws iam add-user-to-group --user-name {user} --group-name GROUP"
