"""What a convention is: a statement of the good state that can judge a subject."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from rolecall.errors import ConventionError
from rolecall.model.calls import Remedy
from rolecall.model.changes import Change
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.registered import Registered
from rolecall.model.scales import Mode, Severity
from rolecall.model.standards import Standard
from rolecall.model.subjects import Subject, SubjectRef

# Calls whose permission could also widen access, whatever a remedy uses them for: the remediate
# function holds them only while a convention that needs them may act.
_GRANTING_STARTS = ("iam:Put", "iam:Attach", "iam:Create", "iam:Add", "iam:PassRole")
_GRANTING = frozenset(
    {
        "iam:TagRole",
        "iam:UpdateAccountPasswordPolicy",
        "iam:SetDefaultPolicyVersion",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateAccessKey",
        "iam:UpdateServiceSpecificCredential",
        "iam:UpdateSSHPublicKey",
        "iam:UpdateSigningCertificate",
        "iam:UpdateSAMLProvider",
        "iam:UpdateOpenIDConnectProviderThumbprint",
        "ec2:AssociateIamInstanceProfile",
        "ec2:ReplaceIamInstanceProfileAssociation",
        "cognito-identity:UpdateIdentityPool",
    }
)

# Calls that may take somebody's power over IAM away: what they remove, replace, close or switch off.
_TAKING_STARTS = (
    "iam:Detach",
    "iam:Delete",
    "iam:Remove",
    "iam:Update",
    "iam:Put",
    "iam:Set",
    "iam:Deactivate",
)

SECTIONS = ("Why", "The right way", "The remedy", "Undo")


def is_granting(call: str) -> bool:
    """Whether the permission for a call could also be used to widen access."""
    return call in _GRANTING or call.startswith(_GRANTING_STARTS)


def is_taking(call: str) -> bool:
    """Whether a call may take from somebody the power to administer IAM."""
    return call.startswith(_TAKING_STARTS)


@dataclass(frozen=True, slots=True)
class Option:
    """One key that a convention takes from the settings.

    Attributes:
        default: What it is when the settings do not say; its type is the option's type.
        says: What it means, for the docs page and for error messages.
        to_act: Whether it must be set before the convention may do more than tell.
        is_pattern: Whether it is a text that must be a regular expression.
        choices: The values that it may have; none where it may have any.
    """

    default: str | bool | int | tuple[str, ...]
    says: str
    to_act: bool = False
    is_pattern: bool = False
    choices: tuple[str, ...] = ()


class Convention:
    """A statement of the good state of one kind of subject.

    A subclass states the good state in the first line of its docstring; the rest of the docstring,
    in the sections of `SECTIONS`, is its docs page. It declares what makes it look, what it reads
    and which calls it may make; rules, permissions and pages are generated from that.

    Attributes:
        standards: What it meets; at least one.
        watches: Calls that make it look; none for what only a sweep can see.
        needs: Facets without which it says nothing. Of several kinds of subject, it judges each kind.
        remedies: Calls that its remedies may make.
        opt_in: Of these, the calls that it makes only with an option of the settings: its name by call.
        related_needs: Facets of the second subject that `related` names.
        widens: Whether a remedy may leave somebody with more than he had.
        by_itself: Whether it may act without anybody's approval of the one case.
        ships_as: The mode of a convention that the settings do not name: `notify` leaves it to the
            settings' defaults, `off` lets it look only when they name it.
        grace: Seconds between the drift and what is done about it.
        settled_by: Calls that may end its open cases.
        options: Its own keys in the settings.
    """

    id: ClassVar[str]
    severity: ClassVar[Severity]
    standards: ClassVar[tuple[Standard, ...]]
    watches: tuple[str, ...]  # of the instance, for an option may decide it
    needs: ClassVar[tuple[Facet, ...]]
    remedies: ClassVar[tuple[str, ...]] = ()
    opt_in: ClassVar[Mapping[str, str]] = {}
    related_needs: tuple[Facet, ...] = ()  # of the instance, for the settings may decide it
    widens: bool = False  # of the instance, for an option may decide it
    by_itself: ClassVar[bool] = True
    ships_as: ClassVar[Mode] = Mode.NOTIFY
    grace: ClassVar[int] = 0
    settled_by: ClassVar[tuple[str, ...]] = ()
    options: ClassVar[Mapping[str, Option]] = {}
    _abstract: ClassVar[bool] = True

    def __init__(
        self,
        options: Mapping[str, Any] | None = None,
        registered: Registered | None = None,
    ) -> None:
        self._options = options or {}
        self.registered = registered or Registered()
        self.job_roles = self.registered.job_roles

    def __init_subclass__(cls, *, abstract: bool = False) -> None:
        super().__init_subclass__()
        cls._abstract = abstract
        if abstract:
            return
        for name in ("id", "severity", "standards", "watches", "needs"):
            if not hasattr(cls, name):
                raise ConventionError(f"{cls.__name__} does not say its {name}; add it.")
        if not cls.__dict__.get("__doc__"):
            raise ConventionError(f"{cls.__name__} has no docstring; state the good state in it.")

    @classmethod
    def kinds(cls) -> tuple[str, ...]:
        """The kinds of subject that it judges, in the order of its needs."""
        return tuple(dict.fromkeys(facet.kind for facet in cls.needs))

    @classmethod
    def needs_of(cls, kind: str) -> tuple[Facet, ...]:
        """The facets without which it says nothing of a subject of this kind."""
        return tuple(facet for facet in cls.needs if facet.kind == kind)

    def wants(self, kind: str) -> tuple[Facet, ...]:  # noqa: ARG002
        """Facets that are read as well where an account can be asked; it judges without them, too."""
        return ()

    def reads(self, kind: str) -> tuple[Facet, ...]:
        """All facets that are read of a subject of this kind where an account can be asked."""
        return (*self.needs_of(kind), *self.wants(kind))

    def may_call(self) -> tuple[str, ...]:
        """The calls that its remedies may make under these options."""
        return tuple(
            call
            for call in self.remedies
            if call not in self.opt_in or self.option(self.opt_in[call])
        )

    @classmethod
    def section(cls, title: str) -> str:
        """One section of the docstring, as one line of text; "" where there is none."""
        for paragraph in (inspect.getdoc(cls) or "").split("\n\n"):
            if paragraph.startswith(f"{title}: "):
                return " ".join(paragraph.removeprefix(f"{title}: ").split())
        return ""

    @classmethod
    def good_state(cls) -> str:
        """The good state in a sentence: the first line of the docstring."""
        return (inspect.getdoc(cls) or "").partition("\n")[0]

    def option(self, name: str) -> Any:
        """The value of one of its declared options."""
        return self._options.get(name, self.options[name].default)

    def drift(
        self,
        ref: SubjectRef,
        *,
        part: str,
        says: str,
        found: Any,
        expected: Any = None,
        before: Any = None,
        remediable: bool = True,
        needs_approval: bool = False,
    ) -> Drift:
        """The evidence that a subject breaks this convention."""
        return Drift(
            *(self.id, ref, part, says, found, expected, before, remediable),
            needs_approval=needs_approval,
        )

    def drifts(self, subject: Any) -> Iterator[Drift]:
        """Yield the evidence against a subject of one of its kinds; nothing when all is well."""
        raise NotImplementedError

    def absent(self, ref: SubjectRef) -> Iterator[Drift]:  # noqa: ARG002
        """Yield what is wrong with a subject that is not there; nothing for most conventions."""
        yield from ()

    def expects(self, account: str) -> Iterator[SubjectRef]:  # noqa: ARG002
        """Yield the subjects that must be there, for a sweep to miss them."""
        yield from ()

    def judge(self, ref: SubjectRef, subject: Any | None) -> Iterator[Drift]:
        """Yield the evidence against a subject, or against its absence where it is None."""
        return self.drifts(subject) if subject else self.absent(ref)

    def refused(self, change: Change) -> Iterator[Drift]:  # noqa: ARG002
        """Yield what a watched call shows although AWS refused it; it can only be told."""
        yield from ()

    def brought(self, drift: Drift, change: Change) -> Drift | None:  # noqa: ARG002
        """The drift as this change brought it: worse or less sure, or None where its actor may.

        For what state alone cannot tell, such as who added whom. A sweep does not ask it.
        """
        return drift

    def still(self, found: Drift, drift: Drift) -> Drift:
        """A drift as it is judged again from state alone, with what only the change told of it.

        Args:
            found: What state says now.
            drift: The same as it was brought.
        """
        # Where the change left it to people, the state alone does not act; how bad the change made it
        # stays, too.
        return replace(
            found,
            remediable=found.remediable and drift.remediable,
            severity=drift.severity or found.severity,
        )

    def remedy(self, drift: Drift) -> Remedy | None:  # noqa: ARG002  # the default is to tell
        """The plan that removes the drift; None when the convention can only tell."""
        return None

    def part(self, subject: Any, drift: Drift) -> Any:  # noqa: ARG002
        """What the part that a drift names is now, as JSON-able data.

        A remedy leaves it in a certain state, and undo goes on only while it is still in that state.
        """
        return {facet.value: value for facet, value in subject.state.items()}

    def related(self, drift: Drift) -> SubjectRef | None:  # noqa: ARG002
        """A second subject whose `related_needs` make the advice better, or None."""
        return None

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the right way for this drift: exact commands and names, one line each."""
        yield from ()


class ActivityConvention(Convention, abstract=True):
    """A convention that judges a change itself. It can only tell.

    Attributes:
        pattern: The EventBridge pattern of its own rule.
        of_own_roles: Whether it judges what the stack's own roles did, and nothing else. Only the
            deployed stack knows its roles, so the generated rule names them, not the pattern.
        of_reads: Whether its calls are read-only in CloudTrail's eyes: EventBridge drops those unless the
            rule asks for all management events.
    """

    watches: tuple[str, ...] = ()
    needs: ClassVar[tuple[Facet, ...]] = ()
    pattern: ClassVar[Mapping[str, Any]]
    of_own_roles: ClassVar[bool] = False
    of_reads: ClassVar[bool] = False

    def __init_subclass__(cls, *, abstract: bool = False) -> None:
        super().__init_subclass__(abstract=abstract)
        if not abstract and not hasattr(cls, "pattern"):
            raise ConventionError(f"{cls.__name__} does not say its pattern; add it.")

    @classmethod
    def kinds(cls) -> tuple[str, ...]:
        """The account itself: a change has no other subject of its own."""
        return ("account",)

    def seen(self, change: Change) -> Iterator[Drift]:
        """Yield the evidence that a change breaks this convention."""
        raise NotImplementedError

    def confirmed(self, drift: Drift, related: Subject | None) -> bool:  # noqa: ARG002
        """Whether what is there bears the evidence out; `related` is None where nothing can be read."""
        return True
