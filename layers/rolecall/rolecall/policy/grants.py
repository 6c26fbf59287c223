"""What the policies of one principal let it do, all of them together, within its boundary.

Between what they surely grant and what they may grant lies a doubt: a condition that may restrict, a
Deny that may strike, a text that cannot be judged. A doubt is told and never acted on.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from rolecall.policy.matching import lower_ascii
from rolecall.policy.resources import Reach, about
from rolecall.policy.rules import BROUGHT, Rule, read
from rolecall.policy.strangers import Answer


@dataclass(frozen=True, slots=True)
class Grant:
    """How far a call is granted among the resources it is about.

    Attributes:
        surely: As far as this for certain.
        maybe: No further than this.
        bare: Whether no resource is left out where it surely reaches every one.
    """

    surely: Reach
    maybe: Reach
    bare: bool = False

    @property
    def at_all(self) -> Answer:
        """Whether the call is granted on any resource."""
        return self.on(Reach.OWN)

    @property
    def on_all(self) -> Answer:
        """Whether it is granted on every resource, but for a few that may be named."""
        return self.on(Reach.EVERY)

    def on(self, wanted: Reach) -> Answer:
        """Whether it reaches as far as this."""
        if self.surely >= wanted:
            return Answer.YES
        return Answer.NO if self.maybe < wanted else Answer.UNSURE


class Effective:
    """What one principal may do, its documents made ready once for many questions."""

    def __init__(self, policies: Iterable[str], account: str, limits: Iterable[str] = ()) -> None:
        """Read the documents.

        Args:
            policies: The texts of its policies: inline, attached, those of its groups.
            account: Its account; only resources of that account are weighed.
            limits: The text of its boundary, if it has one: each of these must allow, too.
        """
        self._account = account
        self._layers = [_Layer(policies), *(_Layer([limit]) for limit in limits)]
        self._found: dict[tuple[str, tuple[tuple[str, str], ...]], Grant] = {}

    def grant(self, call: str, keys: Mapping[str, str] | None = None) -> Grant:
        """Say how far a call is granted.

        Args:
            call: Such as `iam:PassRole`, spelled as AWS does.
            keys: Condition keys of the request that are known, in lower case.
        """
        asked = (call, tuple(sorted((keys or {}).items())))
        if asked not in self._found:
            self._found[asked] = self._grant(call, BROUGHT | dict(keys or {}))
        return self._found[asked]

    def _grant(self, call: str, keys: Mapping[str, str]) -> Grant:
        start = about(call, self._account)
        found = [_weigh(layer, lower_ascii(call), start, keys) for layer in self._layers]
        narrow = [one for one in found if not (one.surely is Reach.EVERY and one.bare)]
        surely = min(one.surely for one in found)
        # Of two that each reach some, or leave some out, nobody knows what they have in common.
        if len(narrow) > 1 and surely is not Reach.EVERY:
            surely = Reach.NOTHING
        return Grant(surely, min(one.maybe for one in found), bare=not narrow)


def grants(
    policies: Iterable[str],
    call: str,
    account: str,
    *,
    on_all: bool = False,
    limits: Iterable[str] = (),
) -> Answer:
    """Say whether policies grant a call on any resource of the account, or on all of them.

    Args:
        policies: The texts of all policies of one principal, or one text alone.
        call: Such as `iam:PassRole`, spelled as AWS does.
        account: The account they are in.
        on_all: Whether every resource is meant, but for a few that may be named.
        limits: The text of a boundary.
    """
    grant = Effective(policies, account, limits).grant(call)
    return grant.on_all if on_all else grant.at_all


class _Layer:
    """Documents that grant together, by the services they speak of."""

    def __init__(self, texts: Iterable[str]) -> None:
        ready = [read(text) for text in texts]
        self.certain = all(one.problem is None for one in ready)
        self._by_service: dict[str, list[Rule]] = {}
        self._any: list[Rule] = []
        for rule in (rule for one in ready for rule in one.rules):
            if rule.statement.not_actions or "" in rule.services:
                self._any.append(rule)
            else:
                for service in rule.services:
                    self._by_service.setdefault(service, []).append(rule)

    def speaking(self, call: str) -> Iterator[Rule]:
        """The statements about a call."""
        service = call.partition(":")[0]
        for rule in chain(self._by_service.get(service, ()), self._any):
            if rule.speaks_of(call):
                yield rule


def _weigh(layer: _Layer, call: str, start: str, keys: Mapping[str, str]) -> Grant:
    """How far some documents together grant a call."""
    if not layer.certain:
        return Grant(Reach.NOTHING, Reach.EVERY)
    surely = maybe = Reach.NOTHING
    bare = False
    denials = []
    # Only of a kind of IAM is it known how its ARNs end, and so what is left where some are left out.
    known_kind = start.endswith("/")
    for rule in layer.speaking(call):
        reached, holds = rule.reaches(start), rule.holds(keys)
        if reached is Reach.NOTHING or holds is Answer.NO:
            continue
        if rule.denies:
            denials.append((rule, reached, holds))
            continue
        maybe = max(maybe, reached)
        spares = rule.spares(start)
        if holds is Answer.YES and (known_kind or not spares):
            surely = max(surely, reached)
            bare = bare or (reached is Reach.EVERY and not spares)
    for rule, reached, holds in denials:
        if reached is Reach.EVERY and holds is Answer.YES:
            maybe = min(maybe, Reach.SOME if rule.spares(start) else Reach.NOTHING)
        if reached is Reach.EVERY or surely is not Reach.EVERY or not known_kind:
            surely = Reach.NOTHING
        bare = False
    return Grant(surely, maybe, bare)
