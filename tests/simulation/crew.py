"""Workers and what befalls them: each call of a port is a place where one may die, fail or sleep."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rolecall.errors import DeliveryError, RemedyError, ThrottledError, UnsettledError
from rolecall.model.subjects import SubjectRef
from rolecall.remediation.remediate import LEASE


class Death(BaseException):
    """The worker is gone, as by a kill: nothing catches it, and nothing it does has an effect."""


@dataclass(frozen=True)
class Trouble:
    """What befalls a worker at one call of a port.

    Attributes:
        at: The number of the call, from 0.
        kind: `die before`, `die after`, `fail` (refused for now), `deny`, `lose` (made, and its
            answer lost), `stale` (the read shows an older state) or `sleep`.
        seconds: How long it sleeps, or how old the state is.
        meanwhile: What happens while it sleeps, as a number that the machine makes sense of.
    """

    at: int
    kind: str
    seconds: int = 0
    meanwhile: int = 0


@dataclass
class Worker:
    """One run of a function, or an operator at the command line."""

    role: str
    troubles: dict[int, Trouble] = field(default_factory=dict)
    step: int = 0
    dead: bool = False
    case: str = ""
    struck: list[str] = field(default_factory=list)
    read: Any = None
    versions: dict[SubjectRef, int] = field(default_factory=dict)
    age: float = 0.0
    intended: bool = False
    changed: int = 0
    fence: int = 0


def _refusal(name: str, kind: str) -> Exception:
    """What the adapter behind a port raises, as `rolecall.aws.failures` would have it."""
    if name == "account.make":
        return RemedyError("AWS denies it") if kind == "deny" else UnsettledError("try again")
    if name == "account.read":
        return ThrottledError("AWS throttles it")
    if name.startswith(("bus.", "channel.")):
        return DeliveryError("it did not get there")
    return OSError(f"{name} does not answer")


class Crew:
    """Everyone at work; the last one is awake, those before it are asleep."""

    def __init__(self, meanwhile: Callable[[Trouble], None]) -> None:
        self._meanwhile = meanwhile
        self.awake: list[Worker] = []
        self.log: list[Worker] = []

    @property
    def worker(self) -> Worker | None:
        """Who works now; None when only the test looks."""
        return self.awake[-1] if self.awake else None

    def run(self, worker: Worker, work: Callable[[], Any]) -> Any:
        """Let one work until it is done, raises or dies; None for the dead."""
        self.awake.append(worker)
        self.log.append(worker)
        try:
            return work()
        except Death:
            return None
        finally:
            self.awake.pop()

    def port(self, name: str, real: Any) -> Any:
        """The port, with trouble at its calls."""
        return _Port(name, real, self)

    def through(self, name: str, real: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        """Make one call of a port for whoever works now."""
        worker = self.worker
        if worker is None:
            return real(*args)
        if worker.dead:
            raise Death
        if name == "ledger.claim":
            worker.case = args[0]
        trouble = worker.troubles.get(worker.step)
        worker.step += 1
        answer = self._strike(worker, trouble, name, real, args) if trouble else real(*args)
        if name == "ledger.claim":
            worker.fence = answer.fence
        return answer

    def _strike(
        self,
        worker: Worker,
        trouble: Trouble,
        name: str,
        real: Callable[..., Any],
        args: tuple[Any, ...],
    ) -> Any:
        if trouble.kind == "stale" and name != "account.read":
            return real(*args)
        worker.struck.append(f"{trouble.kind} at {name}")
        match trouble.kind:
            case "die before":
                worker.dead = True
                raise Death
            case "die after":
                real(*args)
                worker.dead = True
                raise Death
            case "fail" | "deny":
                raise _refusal(name, trouble.kind)
            case "lose":
                real(*args)
                raise _refusal(name, "fail")
            case "stale":
                worker.age = trouble.seconds % 5
                return real(*args)
            case _:
                # Nothing can be fenced between the intent and the call: there, what holds is that a
                # function's timeout is shorter than its lease.
                short = name in {"account.make", "ledger.pause"}
                seconds = min(trouble.seconds, LEASE / 2) if short else trouble.seconds
                self._meanwhile(Trouble(trouble.at, name, int(seconds), trouble.meanwhile))
                return real(*args)


class _Port:
    def __init__(self, name: str, real: Any, crew: Crew) -> None:
        self._name, self._real, self._crew = name, real, crew

    def __getattr__(self, method: str) -> Any:
        real = getattr(self._real, method)
        if not callable(real):
            return real
        return lambda *args: self._crew.through(f"{self._name}.{method}", real, args)
