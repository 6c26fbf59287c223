"""The account stays clear of its IAM quotas."""

from collections.abc import Iterator

from rolecall.convention import Convention, Option
from rolecall.model.changes import Change
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.accounts import Account
from rolecall.model.parts import at, text
from rolecall.model.pointing import subjects
from rolecall.model.scales import Severity
from rolecall.model.standards import user_guide
from rolecall.model.subjects import Subject

# What is counted, by its name in `iam:GetAccountSummary`, where its quota is `<name>Quota`; in words, and
# by its code in Service Quotas. The quota of users cannot be raised (IAM user guide, "IAM and AWS STS
# quotas").
_COUNTED = {
    "Groups": ("groups", "L-F4A5425F"),
    "Users": ("users", ""),
    "Roles": ("roles", "L-FE177D64"),
    "InstanceProfiles": ("instance profiles", "L-6E65F664"),
    "Policies": ("customer managed policies", "L-E95E4862"),
}
_FULL = ("LimitExceeded", "LimitExceededException")  # CloudTrail may write the longer one
_LISTED = "aws iam list-{0} --query '{1}[].[{2}Name,CreateDate]' --output text"


class GroupQuotaHeadroom(Convention):
    """An account keeps headroom below its quotas of groups, users, roles, instance profiles and policies.

    Why: At its quota an account can make no more groups or roles, in the middle of a deployment or of
    an incident, and raising a quota takes days. The number of groups is small to begin with: 300.

    The right way: Retire groups that are empty or say the same twice, and ask for a higher quota in time;
    IAM's quotas are raised in us-east-1 only. How full a quota may be before this is told is the option
    `percent`.

    The remedy: None: what can go, and what is worth a higher quota, is a decision for people.

    Undo: Nothing to take back.
    """

    id = "group-quota-headroom"
    severity = Severity.LOW
    standards = (user_guide("IAM and AWS STS quotas"),)
    watches = ("iam:CreateGroup",)
    needs = (Facet.ACCOUNT_SUMMARY,)
    options = {  # noqa: RUF012  # the annotation is on the base class
        "percent": Option(80, "How many percent of a quota may be used before this is told."),
    }

    def drifts(self, account: Account) -> Iterator[Drift]:
        """Yield one drift for each quota of which that much is used."""
        percent, summary = self.option("percent"), account.summary
        for name, (words, _) in _COUNTED.items():
            used, quota = summary.get(name, 0), summary.get(f"{name}Quota", 0)
            if quota and used * 100 >= quota * percent:
                yield self.drift(
                    account.ref,
                    part=name,
                    says=f"The account has {used} {words} of the {quota} that its quota allows.",
                    # No count: one more of them is no other drift.
                    found={"quota": name, "at_least": percent},
                    expected=f"less than {percent} percent of the quota",
                )

    def refused(self, change: Change) -> Iterator[Drift]:
        """Yield one drift for a group that could not be made because the quota is used up."""
        refs = subjects(change, "account")
        if change.error not in _FULL or not isinstance(refs, tuple):
            return
        name = text(at(change.request, "groupName")) or "without a name"
        yield self.drift(
            refs[0],
            part=change.call,
            says=f"AWS refused to make the group {name}: the account's quota of groups is used up.",
            found={"refused": change.call},
            remediable=False,
        )

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield how to see what could go, and how to ask for more."""
        name = drift.part if drift.part in _COUNTED else "Groups"
        words, code = _COUNTED[name]
        yield f"What there is of {words}, with its age:"
        yield _listed(name)
        if code:
            yield (
                "aws service-quotas request-service-quota-increase --service-code iam "
                f"--quota-code {code} --desired-value NUMBER --region us-east-1"
            )
        else:
            yield "It cannot be raised: let people come through Identity Center, and software by roles."


def _listed(name: str) -> str:
    return {
        "InstanceProfiles": _LISTED.format("instance-profiles", name, "InstanceProfile"),
        "Policies": _LISTED.format("policies --scope Local", name, "Policy"),
    }.get(name) or _LISTED.format(name.lower(), name, name[:-1])
