"""The account of the simulation: it has a past, and everything done in it has a record."""

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rolecall.errors import RemedyError, UnsettledError
from rolecall.model.calls import Call
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.replaying.memory import MemoryAccount
from rolecall.replaying.memory_calls import State
from tests.fakes import Clock
from tests.simulation.crew import Crew, Worker
from tests.simulation.deeds import CLOSED, MIXED, PATHS, Deed, drifting
from tests.states import ACCOUNT

Part = tuple[SubjectRef, Facet, str]


@dataclass
class Written:
    """One call that somebody made on a subject, and what it did."""

    who: Worker | None
    call: Call
    ref: SubjectRef
    before: State | None
    after: State | None
    unseen: bool  # the subject was changed after its reader last saw it


class Account(MemoryAccount):
    """An account with a past, whose reads may be some seconds old."""

    def __init__(
        self,
        clock: Clock,
        crew: Crew,
        tell: Callable[[str, Mapping[str, Any], Any, str], str],
        witness: Callable[[Written], None],
    ) -> None:
        super().__init__(ACCOUNT)
        self._clock, self._crew, self._tell, self._witness = clock, crew, tell, witness
        self.past: dict[SubjectRef, list[tuple[float, State | None]]] = {}
        self.brought: dict[Part, str] = {}  # by which record each drift came

    def _keep(self, ref: SubjectRef, event: str) -> None:
        past = self.past.setdefault(ref, [])
        now = copy.deepcopy(self.state.get(ref))
        if past and past[-1][1] == now:
            return
        before = drifting(ref, past[-1][1] or {}) if past and past[-1][1] else []
        past.append((self._clock(), now))
        after = drifting(ref, now) if now else []
        for facet, part, value in before:
            if (facet, part, value) not in after:
                self.brought.pop((ref, facet, part), None)
        for facet, part, value in after:
            if (facet, part, value) not in before:
                self.brought[ref, facet, part] = event

    def start(self, ref: SubjectRef, state: Mapping[Facet, Any]) -> None:
        """Put a subject there before anything happens."""
        self.add(ref, state, PATHS.get(ref, "/"))
        self.past[ref] = [(float("-inf"), copy.deepcopy(self.state[ref]))]

    def read(self, ref: SubjectRef, facets: Iterable[Facet]) -> Subject | None:
        """The subject as it was when the worker's view of it was made."""
        worker = self._crew.worker
        age = worker.age if worker else 0.0
        past = self.past.get(ref, [])
        seen = [n for n, (at, _) in enumerate(past) if not n or at <= self._clock() - age]
        state = past[seen[-1]][1] if seen else None
        found = state and subject(
            ref, {facet: copy.deepcopy(state[facet]) for facet in facets}, self.paths[ref]
        )
        if worker and Facet.USER_GROUPS not in facets:  # the guard's look is not what is judged
            worker.age, worker.read = 0.0, found
            worker.versions[ref] = seen[-1] if seen else 0
        return found or None

    def do(self, deed: Deed, agent: str) -> None:
        """What people do; AWS refuses what makes no sense, and then nothing happens."""
        ref = deed.ref
        if (ref not in self.state) != (deed.facet is None and deed.key != "gone"):
            return
        request, response, call = _request(deed, self.state.get(ref))
        if deed.facet is None:
            if deed.key == "gone":
                del self.state[ref]
            else:
                self.add(ref, _new(deed), PATHS.get(ref, "/"))
        elif deed.facet is Facet.ROLE_TRUST:
            self.state[ref][deed.facet] = deed.value
        else:
            rest = {k: v for k, v in self.state[ref][deed.facet].items() if k != deed.key}
            more = {deed.key: deed.value} if deed.value else {}
            self.state[ref][deed.facet] = rest | more
        self._keep(ref, self._tell(call, request, response, agent))

    def _ref(self, call: Call, region: str) -> SubjectRef:
        given = call.parameters
        for name, kind in (("UserName", "user"), ("GroupName", "group"), ("RoleName", "role")):
            if name in given:
                return SubjectRef(kind, given[name], ACCOUNT)
        instance = given.get("InstanceId") or given["AssociationId"].replace("iip-assoc-", "i-", 1)
        return SubjectRef("instance", instance, ACCOUNT, region)

    def make(self, call: Call, region: str) -> Mapping[str, Any]:
        """Make one call as AWS would, and answer as `AwsCaller` would."""
        ref, worker = self._ref(call, region), self._crew.worker
        verb = call.name.partition(":")[2]
        if ref not in self.state:
            if verb.startswith(("Put", "Attach")):
                raise RemedyError(f"AWS refuses {call.name}: NoSuchEntity")
            return {}
        state = self.state[ref]
        key = call.parameters.get("AccessKeyId")
        if key and key not in state[Facet.USER_ACCESS_KEYS]:
            return {}
        if verb.startswith("Associate") and state[Facet.INSTANCE_PROFILE]:
            raise UnsettledError(f"{call.name} did not succeed (IncorrectState)")
        if verb.startswith("Disassociate") and not state[Facet.INSTANCE_PROFILE]:
            return {}
        before = copy.deepcopy(state)
        answer = super().make(call, region)
        lately = len(self.past[ref]) - 1
        unseen = bool(worker) and worker is not None and worker.versions.get(ref) != lately
        request = {name[0].lower() + name[1:]: value for name, value in call.parameters.items()}
        by = f"rolecall/{worker.role}" if worker else "test"
        self._keep(ref, self._tell(call.name, request, None, by))
        self._witness(Written(worker, call, ref, before, copy.deepcopy(state), unseen))
        return answer


def _new(deed: Deed) -> Mapping[Facet, Any]:
    match deed.ref.kind:
        case "role":
            return {Facet.ROLE_TRUST: CLOSED if "good" in deed.key else MIXED}
        case "instance":
            profile = f"arn:aws:iam::{ACCOUNT}:instance-profile/own" if "good" in deed.key else None
            tags = {"aws:autoscaling:groupName": "web"} if "fleet" in deed.key else {}
            return {Facet.INSTANCE_PROFILE: profile, Facet.INSTANCE_TAGS: tags}
        case _:
            return {}


_SINGLE = {
    Facet.USER_INLINE_POLICIES: ("PutUserPolicy", "DeleteUserPolicy", "policyName"),
    Facet.USER_ATTACHED_POLICIES: ("AttachUserPolicy", "DetachUserPolicy", "policyArn"),
    Facet.USER_ACCESS_KEYS: ("UpdateAccessKey", "DeleteAccessKey", "accessKeyId"),
    Facet.GROUP_ATTACHED_POLICIES: ("AttachGroupPolicy", "DetachGroupPolicy", "policyArn"),
}


def _request(deed: Deed, state: State | None) -> tuple[dict[str, Any], Any, str]:
    ref = deed.ref
    name = {f"{ref.kind}Name": ref.name}
    if ref.kind == "instance":
        if deed.key == "gone":
            return {"instanceId": ref.name}, None, "ec2:TerminateInstances"
        return {}, {"instancesSet": {"items": [{"instanceId": ref.name}]}}, "ec2:RunInstances"
    if deed.facet is None:
        verb = "Delete" if deed.key == "gone" else "Create"
        return name, None, f"iam:{verb}{ref.kind.title()}"
    if deed.facet is Facet.ROLE_TRUST:
        return name | {"policyDocument": deed.value}, None, "iam:UpdateAssumeRolePolicy"
    put, drop, key = _SINGLE[deed.facet]
    if put == "UpdateAccessKey" and state is not None and deed.key not in state[deed.facet]:
        put = "CreateAccessKey"
    value = {"policyDocument": deed.value} if put == "PutUserPolicy" and deed.value else {}
    return name | {key: deed.key} | value, None, f"iam:{put if deed.value else drop}"
