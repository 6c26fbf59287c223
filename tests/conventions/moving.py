"""A user with a policy of its own that the group of its job carries already, and its registry."""

from collections.abc import Iterable, Mapping
from typing import Any

from rolecall.model.facets import Facet
from rolecall.model.job_roles import JobRole
from rolecall.model.kinds import subject
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.replaying.memory import MemoryAccount
from tests.states import ACCOUNT, ref

VIA_GROUPS = "user-permissions-via-groups"
READ = "arn:aws:iam::aws:policy/ReadOnlyAccess"
LAKE = f"arn:aws:iam::{ACCOUNT}:policy/lake"
GROUP = "data-engineers"
JOB_ROLES = {
    GROUP: JobRole("data engineer", "data-platform", policies=(READ, LAKE), max_members=3),
    "ops": JobRole("on call", "sre", policies=(READ,)),
}
CARRIED: dict[str, Any] = {"attached": [READ, LAKE], "inline": [], "members": 2}


def candidate(
    carried: Mapping[str, Any] | None = None,
    *,
    path: str = f"/{GROUP}/",
    tags: Mapping[str, str] | None = None,
    **state: Any,
) -> Subject:
    """Somebody who may be moved, but for what is said."""
    return subject(
        ref("user"),
        {
            Facet.USER_ATTACHED_POLICIES: {READ: "ReadOnlyAccess"},
            Facet.USER_INLINE_POLICIES: state.get("inline", {}),
            Facet.USER_GROUPS: state.get("groups", []),
            Facet.USER_TAGS: {"job-role": "data engineer"} if tags is None else tags,
            Facet.USER_IDENTITY: {"created": ""},
            Facet.USER_CARRYING_GROUPS: {GROUP: CARRIED | dict(carried or {}), "ops": CARRIED},
        },
        path,
    )


class GroupedAccount(MemoryAccount):
    """An account whose users' carrying groups are what its groups really are."""

    def read(self, ref: SubjectRef, facets: Iterable[Facet]) -> Subject | None:
        """The subject, as its groups are now."""
        if ref.kind == "user" and ref in self.state:
            self.state[ref][Facet.USER_CARRYING_GROUPS] = dict(self._carrying(ref))
        return super().read(ref, facets)

    def _carrying(self, user: SubjectRef) -> Iterable[tuple[str, Any]]:
        own = self.state[user][Facet.USER_ATTACHED_POLICIES].keys()
        for one, state in self.state.items():
            if one.kind == "group" and own & state[Facet.GROUP_ATTACHED_POLICIES].keys():
                yield (
                    one.name,
                    {
                        "attached": list(state[Facet.GROUP_ATTACHED_POLICIES]),
                        "inline": list(state[Facet.GROUP_INLINE_POLICIES]),
                        "members": len(state[Facet.GROUP_MEMBERS]),
                    },
                )

    def group(self, name: str, attached: Iterable[str], **state: Any) -> SubjectRef:
        """Put a group there that carries these policies."""
        return self.add(
            SubjectRef("group", name, self.account),
            {
                Facet.GROUP_ATTACHED_POLICIES: {a: a.rpartition("/")[2] for a in attached},
                Facet.GROUP_INLINE_POLICIES: state.get("inline", {}),
                Facet.GROUP_MEMBERS: state.get("members", []),
            },
        )
