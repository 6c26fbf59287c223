"""What AWS's lists have answered in one sweep; what was listed is not asked for again."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rolecall.aws.details import SECTIONS, Detail
from rolecall.aws.failures import meaning
from rolecall.aws.readings import State
from rolecall.aws.session import Aws
from rolecall.errors import RemedyError, UnsettledError
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.subjects import SubjectRef
from rolecall.model.times import moment
from rolecall.ports import Listed

DETAILS = "iam:GetAccountAuthorizationDetails"
PAGE = 1000  # the most that IAM and EC2 give at once


@contextmanager
def asking(call: str) -> Iterator[None]:
    """Turn what AWS raises of a list into our errors.

    Raises:
        RetryError: AWS does not answer now, or does not let this role list.
    """
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        problem = meaning(error, call)
        if isinstance(problem, RemedyError):
            raise UnsettledError(f"The account cannot be listed: {problem}.") from error
        raise problem from error


class Answers:
    """The details of one account, and whatever else its lists answered.

    Attributes:
        aws: The clients.
        account: The account's id.
        now: The clock.
        sleep: Waits so many seconds.
        errors: Why some kinds could not be listed.
    """

    def __init__(
        self, aws: Aws, account: str, now: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self.aws = aws
        self.account = account
        self.now = now
        self.sleep = sleep
        self.errors: list[Exception] = []
        self._details: dict[str, Mapping[str, Detail]] = {}
        self._others: dict[str, Any] = {}

    @cached_property
    def at(self) -> str:
        """When it was listed: before the first page, so that nothing looks older than it is."""
        return moment(self.now())

    def fetch(self, kinds: Iterable[str]) -> None:
        """Have the details of these kinds of subject, all in one run of pages."""
        _ = self.at
        missing = [kind for kind in SECTIONS if kind in kinds and kind not in self._details]
        if not missing:
            return
        found: dict[str, list[Detail]] = {kind: [] for kind in missing}
        filters = [word for kind in missing for word in SECTIONS[kind].filters]
        with asking(DETAILS):
            ask = self.aws.client("iam").get_paginator("get_account_authorization_details")
            for page in ask.paginate(Filter=filters, MaxItems=PAGE):
                for kind in missing:
                    section = SECTIONS[kind]
                    found[kind] += filter(None, map(section.detail, page.get(section.key, [])))
        for kind, details in found.items():
            details.sort(key=lambda detail: detail.name)
            self._details[kind] = {detail.name: detail for detail in details}

    def details(self, kind: str) -> Mapping[str, Detail]:
        """The details of a kind that was fetched, by name and in the order of names."""
        return self._details[kind]

    def once[T](self, name: str, ask: Callable[[], T]) -> T:
        """The answer of this name, which is asked for once."""
        if name not in self._others:
            self._others[name] = ask()
        found: T = self._others[name]
        return found

    def listed(
        self, kind: str, detail: Detail, more: State, sketched: frozenset[Facet] = frozenset()
    ) -> Listed:
        """One subject: what its detail says, and more."""
        ref = SubjectRef(kind, detail.name, self.account)
        state = detail.state | more
        return Listed(subject(ref, state, detail.path, detail.unique_id, self.at), sketched)
