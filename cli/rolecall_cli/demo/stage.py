"""The stage: the deployed stack in its account, where deeds are done and looked at."""

import json
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jmespath  # type: ignore[import-untyped]  # it comes with botocore, and has no types
from botocore import xform_name
from botocore.exceptions import ClientError

from rolecall.errors import RolecallError
from rolecall_cli.demo.scene import Deed, Scene, Sight
from rolecall_cli.demo.watch import Judged
from rolecall_cli.embedded.account import EmbeddedAccount
from rolecall_cli.embedded.people import Person
from rolecall_cli.embedded.places import checkout
from rolecall_cli.embedded.stack import StackOutputs

_QUEUES = ("ChangesQueueUrl", "RemediesQueueUrl", "AlertsQueueUrl")
_DEPTHS = tuple(f"ApproximateNumberOfMessages{part}" for part in ("", "NotVisible", "Delayed"))
_LOGGED = "%Y-%m-%d %H:%M:%S,%f%z"
_LOOKS = 3  # a message between two queues is seen within so many looks
_TICK = 0.1


@dataclass(frozen=True)
class Stage:
    """The deployed stack, its account and the people in it."""

    account: EmbeddedAccount
    outputs: StackOutputs
    cast: Mapping[str, Person]

    def perform(self, scene: Scene) -> tuple[float, tuple[str, ...]]:
        """Do the deeds of a scene; gives when that was and the ids of the records they left."""
        person, trail = self.cast[scene.who], self.account.trail
        clients = {deed.call: person.client(_service(deed.call)) for deed in scene.deeds}
        if scene.knobs:
            trail.set(**scene.knobs)
        if scene.held:
            trail.hold()
        start = time.monotonic()
        ids = tuple(self._do(deed, clients[deed.call]) for deed in scene.deeds)
        if scene.held:
            start = time.monotonic()
            trail.release()
        if scene.knobs:
            # Records on their way keep what was drawn for them.
            trail.set(duplicate=0.0, copies=2, delay=0.0)
        return start, ids

    def _do(self, deed: Deed, client: Any) -> str:
        if deed.sample:
            return self._emit(deed.sample)
        error = ""
        try:
            answer = getattr(client, xform_name(deed.call.partition(":")[2]))(**deed.parameters)
        except ClientError as refused:
            answer, error = refused.response, refused.response["Error"]["Code"]
        if error != deed.fails:
            raise RolecallError(
                f"The embedded account answers {deed.call} with {error or 'success'} and not with "
                f"{deed.fails or 'success'}, so the demo cannot go on."
            )
        request = answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]
        return next(
            str(record["eventID"])
            for record in reversed(self.account.trail.records())
            if record["requestID"] == request
        )

    def _emit(self, sample: str) -> str:
        event = json.loads((checkout().root / "events" / sample).read_text(encoding="utf-8"))
        event_id, now = str(uuid.uuid4()), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        event["detail"] |= {"eventID": event_id, "eventTime": now}
        self.account.trail.emit(event)
        return event_id

    def look(self, sight: Sight | None) -> Any:
        """What a look at the live account shows; None where there is nothing to look at."""
        if sight is None:
            return None
        client = self.account.client(_service(sight.call))
        answer = getattr(client, xform_name(sight.call.partition(":")[2]))(**sight.parameters)
        return jmespath.search(sight.path, answer)

    def judged(self) -> Mapping[str, Judged]:
        """How detect judged each record that it has worked on, as its log says."""
        since = time.time() - time.monotonic()
        return {
            line["event_id"]: Judged(
                datetime.strptime(line["timestamp"], _LOGGED).timestamp() - since, line["outcome"]
            )
            for line in self._log("Detect")
            if line.get("message") == "judged"
        }

    def troubles(self) -> list[str]:
        """What the functions logged as trouble, for people who must find out why."""
        return [
            f"{function.lower()}: {line['message']}"
            for function in ("Detect", "Remediate", "Notify")
            for line in self._log(function)
            if line.get("level") == "ERROR" or line.get("outcome") == "failed"
        ]

    def _log(self, function: str) -> Iterator[dict[str, Any]]:
        name = self.outputs[f"{function}FunctionName"]
        configuration = self.account.client("lambda").get_function_configuration(FunctionName=name)
        pages = self.account.client("logs").get_paginator("filter_log_events")
        for page in pages.paginate(logGroupName=configuration["LoggingConfig"]["LogGroup"]):
            for event in page["events"]:
                # Between the lines of the functions stand those of Lambda itself, which are no JSON.
                if event["message"].startswith("{"):
                    yield json.loads(event["message"])

    def quiet(self, patience: float) -> None:
        """Wait until nothing is on its way any more, as long as patience lasts."""
        self.account.trail.settle()
        sqs = self.account.client("sqs")
        deadline, calm = time.monotonic() + patience, 0
        while calm < _LOOKS and time.monotonic() < deadline:
            found = (
                sqs.get_queue_attributes(
                    QueueUrl=self.outputs[queue], AttributeNames=list(_DEPTHS)
                )["Attributes"]
                for queue in _QUEUES
            )
            left = sum(int(depths.get(name, 0)) for depths in found for name in _DEPTHS)
            calm = 0 if left else calm + 1
            time.sleep(_TICK)


def _service(call: str) -> str:
    return call.partition(":")[0]
