"""What Rolecall says while the demo runs: every case on its bus, every post in the Slack inbox."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rolecall.model.cases import Case
from rolecall_cli.embedded.account import EmbeddedAccount

_QUEUE = "demo"
_CASE = re.compile(r"Case: (c-[a-z2-7]{12})")


@dataclass(frozen=True)
class Told:
    """A case in one of its states, as Rolecall's bus told it."""

    at: float
    case: Case


@dataclass(frozen=True)
class Judged:
    """How detect judged a record, as its log says."""

    at: float
    outcome: str


@dataclass(frozen=True)
class Post:
    """A message that arrived in the Slack inbox."""

    at: float
    body: Mapping[str, Any]

    @property
    def headline(self) -> str:
        """What a phone would show."""
        return str(self.body.get("text", ""))

    @property
    def state(self) -> str:
        """Where the case stands, in the words of the message."""
        return self.headline.rpartition(" · ")[2]

    @property
    def case_id(self) -> str:
        """The id of the case it is about."""
        found = _CASE.search(json.dumps(self.body.get("blocks", [])))
        return found[1] if found else ""


class Watch:
    """Keeps what was said, in the order in which it came; several threads add to it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._news = threading.Condition()
        self._told: list[Told] = []
        self._posts: list[Post] = []

    def hear(self, case: Case) -> None:
        """Take a case from the bus."""
        with self._news:
            self._told.append(Told(self._clock(), case))
            self._news.notify_all()

    def receive(self, body: Mapping[str, Any]) -> None:
        """Take a post from the inbox."""
        with self._news:
            self._posts.append(Post(self._clock(), body))
            self._news.notify_all()

    @property
    def told(self) -> tuple[Told, ...]:
        """All that the bus told so far."""
        return tuple(self._told)

    def about(self, event_ids: tuple[str, ...]) -> tuple[tuple[Told, ...], tuple[Post, ...]]:
        """What was told of the cases that these records brought, and what Slack got about them.

        Of each state the bus's first telling counts: it delivers at least once. Posts that came twice
        stay, for there must be none.
        """
        found: dict[tuple[str, str], Told] = {}
        for told in self.told:
            if told.case.origin.event_id in event_ids:
                found.setdefault((told.case.id, told.case.status), told)
        return tuple(found.values()), self.posts({case_id for case_id, _ in found})

    def posts(self, case_ids: set[str]) -> tuple[Post, ...]:
        """What arrived in Slack about these cases."""
        return tuple(post for post in tuple(self._posts) if post.case_id in case_ids)

    def until(self, done: Callable[[], bool], patience: float) -> bool:
        """Wait until something is so, looking again at all news; False when it did not come."""
        with self._news:
            return self._news.wait_for(done, patience)

    @contextmanager
    def listening(self, account: EmbeddedAccount, bus: str) -> Iterator[None]:
        """Hear what Rolecall's bus tells, as any rule of the account's owner could."""
        sqs, events = account.client("sqs"), account.client("events")
        url = sqs.create_queue(QueueName=_QUEUE)["QueueUrl"]
        arn = f"arn:aws:sqs:{account.region}:{account.account_id}:{_QUEUE}"
        events.put_rule(Name=_QUEUE, EventBusName=bus, EventPattern='{"source": ["rolecall"]}')
        events.put_targets(Rule=_QUEUE, EventBusName=bus, Targets=[{"Id": _QUEUE, "Arn": arn}])
        over = threading.Event()
        thread = threading.Thread(target=self._listen, args=(sqs, url, over), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _listen(self, sqs: Any, url: str, over: threading.Event) -> None:
        while not over.is_set():
            answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for message in answer.get("Messages", []):
                self.hear(Case.from_dict(json.loads(message["Body"])["detail"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
