"""What a scene is: who does what, and what must come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rolecall.model.cases import Status


@dataclass(frozen=True)
class Deed:
    """One thing that somebody does.

    Attributes:
        call: The call in its one spelling.
        parameters: Its parameters.
        fails: The error that AWS answers with, where the call is meant to fail.
        sample: The sample event to emit, where the embedded account has no such call.
    """

    call: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    fails: str = ""
    sample: str = ""


@dataclass(frozen=True)
class Sight:
    """A look at the live account, and what must be seen there.

    Attributes:
        call: The call that looks.
        parameters: Its parameters.
        path: Which part of the answer, as a JMESPath.
        expected: What that part must be.
        says: The same for people.
    """

    call: str
    parameters: Mapping[str, Any]
    path: str
    expected: Any
    says: str


@dataclass(frozen=True)
class Scene:
    """Who does what, and what must come of it.

    Attributes:
        who: Who does it, by their name in the cast.
        what: What they do, after their name.
        deeds: The calls.
        ends: Where the case must end; None where Rolecall must stay silent.
        after: What the account must look like in the end.
        note: What else is special, in one sentence.
        knobs: How the trail treats the records of these deeds.
        held: Whether the records leave only when all the deeds are done.
    """

    who: str
    what: str
    deeds: tuple[Deed, ...]
    ends: Status | None = None
    after: Sight | None = None
    note: str = ""
    knobs: Mapping[str, Any] = field(default_factory=dict)
    held: bool = False

    @property
    def title(self) -> str:
        """The scene in a few words."""
        return f"{self.who} {self.what}"
