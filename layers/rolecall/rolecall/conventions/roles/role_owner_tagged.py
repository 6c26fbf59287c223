"""Everybody knows whom to ask about a role."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from shlex import quote

from rolecall.convention import Convention, Option
from rolecall.model.calls import Call, Remedy, Step
from rolecall.model.changes import Change
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds.roles import Role
from rolecall.model.kinds.users import User
from rolecall.model.scales import Mode, Severity
from rolecall.model.standards import security_hub, user_guide
from rolecall.model.subjects import Subject
from rolecall.protection import whose

# Whose name is that of a person or a job, and not of an account or service.
_WHO = frozenset({"user", "assumed role", "Identity Center user"})
_SOURCE = {"Key": "owner-source", "Value": "auto"}


class RoleOwnerTagged(Convention):
    """A role or user has a tag that names its owner.

    Why: A role outlives the people who made it. When it drifts, or nobody seems to use it, somebody must
    be asked, and a name in a tag is where everybody looks.

    The right way: Tag it when it is made, with the keys that the account has agreed on: `keys` in the
    settings, of which the first names the owner. An empty value counts as none.

    The remedy: None, unless the settings say tag_creator: then a role that was made without an owner gets
    the name of whoever made it, and beside it the tag owner-source = auto, because that is a guess. Of a
    role that a sweep finds nobody knows who made it, and other keys and users are only told.

    Undo: Removes these two tags.
    """

    id = "role-owner-tagged"
    severity = Severity.INFO
    standards = (
        security_hub("IAM.24"),
        security_hub("IAM.25"),
        user_guide("Tags for AWS Identity and Access Management resources"),
    )
    watches = ("iam:CreateRole", "iam:TagRole", "iam:UntagRole", "iam:CreateUser")
    needs = (Facet.ROLE_TAGS, Facet.USER_TAGS)
    remedies = ("iam:TagRole",)
    # Who may tag a role may give it what policies ask tags for: the function gets it only when asked to.
    opt_in = {"iam:TagRole": "tag_creator"}  # noqa: RUF012  # the annotation is on the base class
    settled_by = ("iam:TagRole", "iam:TagUser", "iam:DeleteRole", "iam:DeleteUser")
    ships_as = Mode.OFF  # every account has keys of its own
    options = {  # noqa: RUF012  # the annotation is on the base class
        "keys": Option(
            ("owner",), "Keys of the tags that must be there; the first names the owner."
        ),
        "tag_creator": Option(False, "Whether a new role may get its creator's name as its owner."),
    }

    def wants(self, kind: str) -> tuple[Facet, ...]:
        """What tells where it lies: tags alone do not."""
        return (Facet.ROLE_IDENTITY,) if kind == "role" else (Facet.USER_IDENTITY,)

    def drifts(self, subject: Role | User) -> Iterator[Drift]:
        """Yield one drift for each tag that is missing or empty."""
        if whose(subject.path):
            return
        # IAM tells keys apart without regard to case.
        tags = {key.lower(): value for key, value in subject.tags.items()}
        for key in self.option("keys"):
            value = tags.get(key.lower())
            if not (value and value.strip()):
                has = "has no tag" if value is None else "has an empty tag"
                guessed = subject.kind == "role" and key == self.option("keys")[0]
                yield self.drift(
                    subject.ref,
                    part=key,
                    says=f"The {subject.ref} {has} {key}.",
                    found={"tag": value},
                    expected={"tag": "a value"},
                    remediable=guessed
                    and not tags.keys() & {key.lower(), _SOURCE["Key"]}
                    and self.option("tag_creator"),
                )

    def brought(self, drift: Drift, change: Change) -> Drift:
        """The drift with the name of whoever made the role, where the change tells one."""
        actor = change.actor
        # A comma may stand in a name, and in no tag (IAM API reference: Tag).
        named = actor.kind in _WHO and "," not in actor.name
        if change.call != "iam:CreateRole" or not (named and drift.remediable):
            return drift
        return replace(drift, expected={"tag": actor.name, _SOURCE["Key"]: _SOURCE["Value"]})

    def still(self, found: Drift, drift: Drift) -> Drift:
        """What state says now, with the name that the change told."""
        return replace(super().still(found, drift), expected=drift.expected)

    def remedy(self, drift: Drift) -> Remedy | None:
        """Tag the role with the name of whoever made it."""
        if not (drift.remediable and _SOURCE["Key"] in drift.expected):
            return None
        role = {"RoleName": drift.subject.name}
        owner = {"Key": drift.part, "Value": drift.expected["tag"]}
        return Remedy(
            Step(
                do=Call("iam:TagRole", role | {"Tags": [owner, _SOURCE]}),
                undo=Call("iam:UntagRole", role | {"TagKeys": [drift.part, _SOURCE["Key"]]}),
            )
        )

    def part(self, subject: Role | User, drift: Drift) -> Mapping[str, str]:
        """The two tags, as far as they are there."""
        keys = {drift.part.lower(), _SOURCE["Key"]}
        return {key: value for key, value in subject.tags.items() if key.lower() in keys}

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the command that tags it."""
        kind, name = drift.subject.kind, quote(drift.subject.name)
        yield f"aws iam tag-{kind} --{kind}-name {name} --tags Key={quote(drift.part)},Value=VALUE"
