"""An instance carries a role from its start."""

from collections.abc import Iterator
from shlex import quote

from rolecall.convention import Convention, Option
from rolecall.model.calls import Call, Remedy, Result, Step
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.instances import Instance
from rolecall.model.scales import Severity
from rolecall.model.standards import CIS_INSTANCE_ROLES, config_rule
from rolecall.model.subjects import Subject

# Members of a group or fleet are replaced, not mended: their launch template is the thing to mend.
_FLEET_TAGS = ("aws:autoscaling:groupName", "aws:ec2:fleet-id", "aws:ec2spot:fleet-request-id")
_ENDING = ("shutting-down", "terminated")


class Ec2LaunchedWithProfile(Convention):
    """Every EC2 instance runs with an instance profile.

    Why: Software on an instance without a role gets its credentials from files, user data or the
    environment: long-term keys that are copied and never rotated. A profile gives it a role, whose
    credentials last hours.

    The right way: Launch with --iam-instance-profile, or put the profile in the launch template.

    The remedy: Associates the default instance profile that the settings name. This gives the instance
    permissions, so the convention is declared as granting, and acts only when a profile is named.
    Members of Auto Scaling groups and fleets are never touched.

    Undo: Disassociates that profile again.
    """

    id = "ec2-launched-with-profile"
    severity = Severity.MEDIUM
    standards = (CIS_INSTANCE_ROLES, config_rule("ec2-instance-profile-attached"))
    watches = ("ec2:RunInstances",)
    needs = (Facet.INSTANCE_STATE, Facet.INSTANCE_PROFILE, Facet.INSTANCE_TAGS)
    remedies = ("ec2:AssociateIamInstanceProfile",)
    settled_by = ("ec2:AssociateIamInstanceProfile", "ec2:TerminateInstances")
    widens = True
    options = {  # noqa: RUF012  # the annotation is on the base class
        "profile": Option(
            "", "Name of the instance profile that an instance without one gets.", to_act=True
        ),
        "role": Option(
            "", "Name of the role in that profile, which Rolecall may then pass.", to_act=True
        ),
    }

    def drifts(self, instance: Instance) -> Iterator[Drift]:
        """Yield one drift when a lasting instance has no profile."""
        if instance.profile or instance.status in _ENDING:
            return
        if any(tag in instance.tags for tag in _FLEET_TAGS):
            return
        yield self.drift(
            instance.ref,
            part="profile",
            says=f"The instance {instance.ref.name} runs without an instance profile.",
            found=None,
            expected={"profile": self.option("profile") or "an instance profile"},
            remediable=bool(self.option("profile")),
        )

    def remedy(self, drift: Drift) -> Remedy | None:
        """Associate the settings' default profile."""
        profile = self.option("profile")
        if not profile:
            return None
        return Remedy(
            Step(
                do=Call(
                    "ec2:AssociateIamInstanceProfile",
                    {
                        "InstanceId": drift.subject.name,
                        "IamInstanceProfile": {"Name": profile},
                    },
                ),
                undo=Call(
                    "ec2:DisassociateIamInstanceProfile",
                    {"AssociationId": Result("IamInstanceProfileAssociation.AssociationId")},
                ),
            )
        )

    def part(self, instance: Instance, drift: Drift) -> str | None:  # noqa: ARG002
        """The instance's profile, or None."""
        return instance.profile

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the command that gives the instance a profile."""
        profile = self.option("profile") or "PROFILE"
        yield (
            f"aws ec2 associate-iam-instance-profile --instance-id {quote(drift.subject.name)} "
            f"--iam-instance-profile Name={quote(profile)} --region {quote(drift.subject.region)}"
        )
