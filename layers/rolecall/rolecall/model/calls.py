"""AWS calls as data: what a remedy would do, and what takes it back."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from rolecall.model.subjects import noun


@dataclass(frozen=True, slots=True)
class Result:
    """A value that only the answer of the doing call will tell, by its dotted path in that answer."""

    path: str

    def within(self, answer: Mapping[str, Any]) -> Any:
        """The value at the path in the answer.

        Raises:
            KeyError: the answer does not hold the path.
        """
        value: Any = answer
        for key in self.path.split("."):
            value = value[key]
        return value


@dataclass(frozen=True, slots=True)
class Call:
    """One AWS call in its one spelling, such as `iam:PutUserPolicy`, with its parameters."""

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def makes(self, kind: str) -> bool:
        """Whether it makes a subject of this kind itself, and not a part of one."""
        return self.name == f"iam:Create{noun(kind)}"

    def resolved(self, answer: Mapping[str, Any]) -> Self:
        """The same call with every `Result` replaced by what the answer says."""
        return type(self)(
            self.name,
            {
                key: value.within(answer) if isinstance(value, Result) else value
                for key, value in self.parameters.items()
            },
        )

    def to_dict(self) -> dict[str, Any]:
        """The call as JSON-able data; a `Result` becomes `{"$result": path}`."""
        return {
            "call": self.name,
            "parameters": {
                key: {"$result": value.path} if isinstance(value, Result) else value
                for key, value in self.parameters.items()
            },
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The call that `to_dict` described."""
        return cls(
            data["call"],
            {
                key: Result(value["$result"])
                if isinstance(value, Mapping) and value.keys() == {"$result"}
                else value
                for key, value in data["parameters"].items()
            },
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One call that removes a part of a drift, and the call that takes it back."""

    do: Call
    undo: Call


class Remedy:
    """A plan of calls that removes a drift: data before it is a deed."""

    __slots__ = ("steps",)

    def __init__(self, *steps: Step) -> None:
        self.steps = steps

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Remedy) and self.steps == other.steps

    def __hash__(self) -> int:
        return hash(len(self.steps))

    def __repr__(self) -> str:
        return f"Remedy{self.steps!r}"

    @property
    def calls(self) -> frozenset[str]:
        """The names of the calls it makes when it acts."""
        return frozenset(step.do.name for step in self.steps)

    def deletes(self, kind: str) -> bool:
        """Whether it takes its subject, of this kind, away as a whole."""
        return f"iam:Delete{noun(kind)}" in self.calls

    def to_list(self) -> list[dict[str, Any]]:
        """The remedy as JSON-able data."""
        return [{"do": step.do.to_dict(), "undo": step.undo.to_dict()} for step in self.steps]

    @classmethod
    def from_list(cls, data: Iterable[Mapping[str, Any]]) -> Self:
        """The remedy that `to_list` described."""
        return cls(*(Step(Call.from_dict(s["do"]), Call.from_dict(s["undo"])) for s in data))
