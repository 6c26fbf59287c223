"""Lists the whole account in pages.

Permissions of the function that sweeps are generated from the calls named with each kind.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rolecall.aws import credential_report
from rolecall.aws.details import SECTIONS, Detail, carriers, contents, members
from rolecall.aws.facets import calls_for, instance_state
from rolecall.aws.failures import meaning
from rolecall.aws.reader import AwsReader
from rolecall.aws.readings import State
from rolecall.aws.session import Aws
from rolecall.aws.user_facets import service_credential
from rolecall.errors import RemedyError, UnsettledError
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.kinds.users import ServiceCredential
from rolecall.model.subjects import SubjectRef
from rolecall.model.times import moment
from rolecall.ports import Listed

_DETAILS = "iam:GetAccountAuthorizationDetails"
_CREDENTIALS = "iam:ListServiceSpecificCredentials"
_INSTANCES = "ec2:DescribeInstances"
_ASSOCIATIONS = "ec2:DescribeIamInstanceProfileAssociations"
_ACCOUNT = (Facet.ACCOUNT_SUMMARY, Facet.ACCOUNT_PASSWORD_POLICY)
# The calls that list the subjects of each kind.
CALLS: Mapping[str, tuple[str, ...]] = {
    "user": (_DETAILS, *credential_report.CALLS, _CREDENTIALS),
    "group": (_DETAILS,),
    "role": (_DETAILS,),
    "instance": (_INSTANCES, _ASSOCIATIONS),
    "policy": (_DETAILS,),
    "account": tuple(sorted(calls_for(_ACCOUNT))),
}
# What the facets of a kind are put together from: the kinds whose details are needed.
_NEEDS: Mapping[str, frozenset[str]] = {
    "user": frozenset({"user", "group"}),
    "group": frozenset({"user", "group", "policy"}),
    "role": frozenset({"role"}),
    "policy": frozenset({"group", "policy"}),
}
_PAGE = 1000  # the most that IAM and EC2 give at once


@contextmanager
def _asking(call: str) -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        problem = meaning(error, call)
        if isinstance(problem, RemedyError):
            raise UnsettledError(f"The account cannot be listed: {problem}.") from error
        raise problem from error


class AwsInventory:
    """Lists the account through the AWS APIs; for one sweep, for it keeps what it has listed.

    What the lists do not carry of a subject is not in its state: SSH keys of any user, what the
    credential report says of a user who was made after it, service-specific credentials where AWS
    does not list those of all users, the documents of a group's policies where it does not list one of
    them.

    Args:
        aws: The clients. Instances are those of its home Region.
        account: The account's id.
        now: The clock.
        sleep: Waits so many seconds for the credential report.
    """

    def __init__(
        self,
        aws: Aws,
        account: str,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._aws = aws
        self._account = account
        self._now = now
        self._sleep = sleep
        self._before = aws.requests
        self._details: dict[str, dict[str, Detail]] = {}
        self._wanted: frozenset[Facet] = frozenset()

    @property
    def spent(self) -> int:
        """AWS calls made so far, by it and by whoever shares its clients."""
        return self._aws.requests - self._before

    def listed(self, facets: Iterable[Facet]) -> Iterator[Listed]:
        """Yield every subject that has some of these facets, by kind and name, with what lists carry.

        Raises:
            RetryError: AWS does not answer now, or does not let this role list.
        """
        self._wanted = frozenset(facets)
        wanted = {facet.kind for facet in self._wanted}
        lists: dict[str, Callable[[], Iterator[Listed]]] = {
            "user": self._users,
            "group": self._groups,
            "role": self._roles,
            "instance": self._instances,
            "policy": self._policies,
            "account": self._of_account,
        }
        _ = self._at  # before the first page, so that nothing looks older than it is
        self._fetch({need for kind in wanted for need in _NEEDS.get(kind, ())})
        for kind in sorted(wanted):
            yield from lists[kind]()

    @cached_property
    def _at(self) -> str:
        return moment(self._now())

    def _fetch(self, kinds: set[str]) -> None:
        # All in one run of pages.
        missing = [kind for kind in SECTIONS if kind in kinds and kind not in self._details]
        if not missing:
            return
        found: dict[str, list[Detail]] = {kind: [] for kind in missing}
        filters = [word for kind in missing for word in SECTIONS[kind].filters]
        with _asking(_DETAILS):
            ask = self._aws.client("iam").get_paginator("get_account_authorization_details")
            for page in ask.paginate(Filter=filters, MaxItems=_PAGE):
                for kind in missing:
                    section = SECTIONS[kind]
                    found[kind] += filter(None, map(section.detail, page.get(section.key, [])))
        for kind, details in found.items():
            details.sort(key=lambda detail: detail.name)
            self._details[kind] = {detail.name: detail for detail in details}

    def _of(self, kind: str) -> Iterable[Detail]:
        return self._details[kind].values()

    def _listed(
        self, kind: str, detail: Detail, more: State, sketched: frozenset[Facet] = frozenset()
    ) -> Listed:
        ref = SubjectRef(kind, detail.name, self._account)
        state = detail.state | more
        return Listed(subject(ref, state, detail.path, detail.unique_id, self._at), sketched)

    def _users(self) -> Iterator[Listed]:
        report = {} if self._wanted.isdisjoint(credential_report.FACETS) else self._report
        credentials = self._credentials if Facet.USER_SERVICE_CREDENTIALS in self._wanted else None
        groups = carriers(self._of("group"))
        carried = contents(self._of("group"), members(self._of("user")))
        for user in self._of("user"):
            attached = user.state[Facet.USER_ATTACHED_POLICIES]
            identity = user.state[Facet.USER_IDENTITY]
            more: State = {
                Facet.USER_POLICY_GROUPS: {arn: groups.get(arn, []) for arn in attached},
                Facet.USER_CARRYING_GROUPS: {
                    name: carried[name] for arn in attached for name in groups.get(arn, [])
                },
            }
            if credentials is not None:
                more[Facet.USER_SERVICE_CREDENTIALS] = credentials.get(user.name, {})
            row, sketched = report.get(user.name), frozenset[Facet]()
            if row and row.created == identity["created"]:  # else somebody else had the name
                more |= row.state
                sketched = frozenset(row.state)
            yield self._listed("user", user, more, sketched)

    def _groups(self) -> Iterator[Listed]:
        users, policies = members(self._of("user")), self._details["policy"]
        for group in self._of("group"):
            more: State = {Facet.GROUP_MEMBERS: users.get(group.name, [])}
            attached = group.state[Facet.GROUP_ATTACHED_POLICIES]
            if all(arn in policies for arn in attached):
                more[Facet.GROUP_ATTACHED_DOCUMENTS] = {
                    arn: policies[arn].state[Facet.POLICY_DOCUMENT] for arn in attached
                }
            yield self._listed("group", group, more)

    def _roles(self) -> Iterator[Listed]:
        for role in self._of("role"):
            yield self._listed("role", role, {})

    def _policies(self) -> Iterator[Listed]:
        groups = carriers(self._of("group"))
        for policy in self._of("policy"):
            yield self._listed("policy", policy, {Facet.POLICY_GROUPS: groups.get(policy.name, [])})

    @cached_property
    def _report(self) -> dict[str, credential_report.Row]:
        with _asking(credential_report.CALLS[-1]):
            content = credential_report.fetch(self._aws, self._now, self._sleep)
        return credential_report.parse(content)

    @cached_property
    def _credentials(self) -> dict[str, dict[str, ServiceCredential]] | None:
        """Every user's service-specific credentials; None where AWS does not list them.

        Whoever needs them then asks for those of each user, and says what AWS answers.
        """
        try:
            return self._all_credentials()
        except UnsettledError:
            return None

    def _all_credentials(self) -> dict[str, dict[str, ServiceCredential]]:
        found: dict[str, dict[str, ServiceCredential]] = {}
        asked: dict[str, Any] = {"AllUsers": True, "MaxItems": _PAGE}
        with _asking(_CREDENTIALS):
            while True:
                answer = self._aws.client("iam").list_service_specific_credentials(**asked)
                for one in answer["ServiceSpecificCredentials"]:
                    id_, credential = service_credential(one)
                    found.setdefault(one["UserName"], {})[id_] = credential
                if not answer.get("IsTruncated"):
                    return found
                asked["Marker"] = answer["Marker"]

    def _instances(self) -> Iterator[Listed]:
        client = self._aws.client("ec2")
        with _asking(_INSTANCES):
            shown = [
                instance
                for page in client.get_paginator("describe_instances").paginate(MaxResults=_PAGE)
                for reservation in page["Reservations"]
                for instance in reservation["Instances"]
            ]
        # A profile that is being associated does not show on the instance yet.
        states = [{"Name": "state", "Values": ["associating", "associated"]}]
        with _asking(_ASSOCIATIONS):
            ask = client.get_paginator("describe_iam_instance_profile_associations")
            coming = {
                one["InstanceId"]: one["IamInstanceProfile"]["Arn"]
                for page in ask.paginate(Filters=states, MaxResults=_PAGE)
                for one in page["IamInstanceProfileAssociations"]
            }
        for instance in sorted(shown, key=lambda instance: instance["InstanceId"]):
            name = instance["InstanceId"]
            profile = instance.get("IamInstanceProfile", {}).get("Arn") or coming.get(name)
            ref = SubjectRef("instance", name, self._account, self._aws.region)
            yield Listed(subject(ref, instance_state(instance, profile), at=self._at))

    def _of_account(self) -> Iterator[Listed]:
        ref = SubjectRef("account", self._account, self._account)
        found = AwsReader(self._aws).read(ref, _ACCOUNT)
        if found:
            yield Listed(found)
