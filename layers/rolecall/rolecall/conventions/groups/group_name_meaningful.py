"""A group's name says what it is for."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from shlex import quote

from rolecall.convention import Convention, Option
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.job_roles import SES_GROUP, is_registered
from rolecall.model.kinds.groups import Group
from rolecall.model.scales import Mode, Severity
from rolecall.model.standards import user_guide
from rolecall.model.subjects import Subject

# CloudFormation names what its template does not: <stack>-<logical id>-<random letters and digits>.
_BY_CLOUDFORMATION = re.compile(r".+-[A-Za-z0-9]+-(?=[a-z]*[0-9A-Z])[0-9A-Za-z]{12,13}")


class GroupNameMeaningful(Convention):
    """Every group has a name and a path that say what it is for.

    Why: A group named group1 or test tells a reviewer nothing, and so it is approved unread. Names of one
    form say which team and which job a group belongs to, and can be searched and counted.

    The right way: Name it <team>-<job role>[-<environment>] under the path /<team>/, or in the form that
    your account has: the option `pattern` says it, and nothing is judged before it is set. Case does not
    count, as AWS does not tell names apart by it. A group in the settings' `job_roles` has its name on
    purpose; names that CloudFormation makes and the group of the SES console are not judged.

    The remedy: None. A renamed group has another ARN: policies that name the old one as their resource
    break, and so does whatever else knows the group by name, Rolecall's own exemptions and undo
    included. The message tells the nearest registered name and the command for it.

    Undo: Nothing to take back.
    """

    id = "group-name-meaningful"
    severity = Severity.LOW
    standards = (user_guide("IAM user groups"),)
    watches = ("iam:CreateGroup", "iam:UpdateGroup")
    needs = (Facet.GROUP_IDENTITY,)
    ships_as = Mode.OFF
    settled_by = ("iam:DeleteGroup",)
    options = {  # noqa: RUF012  # the annotation is on the base class
        "pattern": Option(
            "",
            "Regular expression for the whole name of a group; empty says nothing.",
            is_pattern=True,
        ),
        "path_pattern": Option(
            "",
            "Regular expression for the whole path of a group; empty says nothing.",
            is_pattern=True,
        ),
    }

    def drifts(self, group: Group) -> Iterator[Drift]:
        """Yield one drift for a name and one for a path that is not of the account's form."""
        name = group.ref.name
        if name == SES_GROUP or _BY_CLOUDFORMATION.fullmatch(name):
            return
        if is_registered(self.job_roles, name):
            return
        # Where the path is not known, it is not judged.
        for part, value in (("name", name), ("path", group.path)):
            pattern = self._pattern(part)
            if pattern and value and not re.fullmatch(pattern, value, re.IGNORECASE):
                yield self.drift(
                    group.ref,
                    part=part,
                    says=f"The group {name} has the {part} {value}, which is not of the account's form.",
                    found={part: value},
                    expected=pattern,
                )

    def _pattern(self, part: str) -> str:
        found: str = self.option("pattern" if part == "name" else "path_pattern")
        return found

    def advice(self, drift: Drift, related: Subject | None) -> Iterator[str]:  # noqa: ARG002
        """Yield the nearest registered name, and the command that would rename or move the group."""
        group = quote(drift.subject.name)
        yield "Its ARN changes: policies that name the group as their resource must change with it."
        if drift.part == "path":
            yield f"aws iam update-group --group-name {group} --new-path PATH"
            return
        names = {name.lower(): name for name in self.job_roles}
        near = [names[one] for one in get_close_matches(drift.subject.name.lower(), names, 1)]
        if near:
            yield f"The nearest registered group is {near[0]}: if it is there, use it instead."
        yield (
            f"aws iam update-group --group-name {group} "
            f"--new-group-name {quote(near[0]) if near else 'NAME'}"
        )
