"""What reasoning over policies costs: one role with all that it may do, and documents made to be dear.

python -m benchmarks.policies        prints the figures as JSON
"""

import json
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pkgutil import get_data
from typing import Any

from benchmarks.errors import BenchmarkError
from rolecall.policy import actions
from rolecall.policy.documents import parse_document
from rolecall.policy.escalation import escalations
from rolecall.policy.grants import Effective
from rolecall.policy.rules import read
from rolecall.policy.stars import assumes_a_name_anywhere, assumes_every_role, passes_every_role
from rolecall.policy.trust import judge_trust
from rolecall.policy.wildcards import grants_everything, grants_whole_services

ACCOUNT = "111122223333"
_POLICIES, _POLICY_SIZE, _TRUST_SIZE, _LONGEST = 5, 6_000, 2_000, 131_072
_SERVICES = ("s3", "ec2", "dynamodb", "lambda", "logs", "sqs", "sns", "kms", "iam", "ecs")
_REPEATS = 30


@dataclass(frozen=True)
class Policies:
    """What was measured.

    Attributes:
        judge_ms: Processor time to judge one role with a trust of 2 KB and five policies of 6 KB, its
            policies read before, as those are that many share.
        judge_first_ms: The same with everything to be read.
        hostile_ms: Processor time for the dearest of the documents that are made to be dear.
        hostile_peak_mb: The most memory that one of those took.
        actions_kb: How large the data about AWS's calls are.
        actions_ms: Processor time to read those data, once and when first asked.
        import_ms: Processor time to import the reasoning, the standard library being there.
    """

    judge_ms: float
    judge_first_ms: float
    hostile_ms: float
    hostile_peak_mb: float
    actions_kb: float
    actions_ms: float
    import_ms: float


def measure() -> Policies:
    """Measure judging of policies.

    Raises:
        BenchmarkError: a document was not judged as it should be.
    """
    actions_ms = _milliseconds(actions.services, 1)
    texts, trust = [_policy(number) for number in range(_POLICIES)], _trust()
    if any(read(text).problem for text in texts) or parse_document(trust).problem:
        raise BenchmarkError("A document of the benchmark cannot be judged.")

    def judge() -> None:
        _judge(texts, trust)

    def judge_first() -> None:
        read.cache_clear()
        judge()

    judge_first_ms = _milliseconds(judge_first, _REPEATS)
    judge()
    hostile = [(text, _hostile_ms(text)) for text in _hostile()]
    return Policies(
        judge_ms=_milliseconds(judge, _REPEATS),
        judge_first_ms=judge_first_ms,
        hostile_ms=max(taken for _, taken in hostile),
        hostile_peak_mb=max(_peak_mb(text) for text, _ in hostile),
        actions_kb=len(get_data("rolecall.policy", "actions.txt") or b"") / 1e3,
        actions_ms=actions_ms,
        import_ms=_import_ms(),
    )


def _judge(texts: list[str], trust: str) -> None:
    judge_trust(trust)
    for text in texts:
        grants_everything(text, ACCOUNT)
        grants_whole_services(text, ACCOUNT)
        passes_every_role(text, ACCOUNT)
        assumes_every_role(text, ACCOUNT)
        assumes_a_name_anywhere(text, ACCOUNT)
    escalations(Effective(texts, ACCOUNT))


def _policy(number: int) -> str:
    """A policy as teams write them: some calls of two services on some resources, and more."""
    statements: list[dict[str, Any]] = []
    while len(json.dumps(statements)) < _POLICY_SIZE - 600:
        at = number + len(statements)
        pair = (_SERVICES[at % len(_SERVICES)], _SERVICES[(at + 3) % len(_SERVICES)])
        named = [f"{service}:{name}" for service in pair for name in actions.changing(service)[:5]]
        wild = [f"{service}:{verb}*" for service in pair for verb in ("Get", "List", "Describe")]
        arns = [f"arn:aws:{service}:us-east-1:{ACCOUNT}:app-{at}/*" for service in pair]
        statements.append(
            {
                "Sid": f"Statement{at}",
                "Effect": "Deny" if at % 5 == 0 else "Allow",
                "Action": [*named, *wild],
                "Resource": arns if at % 3 else "*",
                "Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-1"}},
            }
        )
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _trust() -> str:
    roles = [f"arn:aws:iam::{ACCOUNT}:role/team/deployer-{number:03}" for number in range(36)]
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": roles}}
    text = json.dumps(
        {"Version": "2012-10-17", "Statement": [statement | {"Condition": condition}]}
    )
    return text.ljust(_TRUST_SIZE)


def _hostile() -> list[str]:
    """Documents made to be dear, as large as any that is read."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    three = [f"{a}{b}{c}" for a in letters for b in letters for c in letters]

    def allow(action: Any, resource: Any = "*") -> dict[str, Any]:
        return {"Effect": "Allow", "Action": action, "Resource": resource}

    def text(*statements: dict[str, Any]) -> str:
        return json.dumps({"Statement": list(statements)}, separators=(",", ":"))[:_LONGEST]

    return [
        text(allow("*")) + " " * (_LONGEST - 100),
        '{"Statement":' + "[" * (_LONGEST - 100),
        text(allow([f"iam:*{one}" for one in three[:10_000]])),
        text(allow(three[:10_000], three[:5_000])),
        # Within what is weighed, but only just.
        text(allow([f"iam:*{one}*" for one in three[:99]], [f"*:{one}*" for one in three[:240]])),
        text(*[allow("*", [f"arn:*:iam::*:*{one}" for one in three[:4]]) for _ in range(70)]),
        text(allow("i" + "*a" * 2_000, "*" + "?" * 5_000)),
        text(*[allow(["iam:*"])] * 90, *[allow("*") | {"Effect": "Deny"}] * 90),
        text(
            {"Effect": "Allow", "NotAction": [f"*:{one}*" for one in three[:19]], "Resource": "*"}
        ),
        text(
            allow("*") | {"Condition": {"StringLike": {f"aws:{one}": "*" for one in three[:700]}}}
        ),
    ]


def _hostile_ms(text: str) -> float:
    def judge() -> None:
        read.cache_clear()
        _judge([text], text)

    return _milliseconds(judge, 3)


def _peak_mb(text: str) -> float:
    read.cache_clear()
    tracemalloc.start()
    _judge([text], text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def _import_ms() -> float:
    """Milliseconds that a fresh process takes for the reasoning, the standard library being there."""
    asked = (
        "import dataclasses, enum, functools, json, pkgutil, re, time, typing\n"
        "begun = time.process_time()\n"
        "import rolecall.policy.escalation, rolecall.policy.stars, rolecall.policy.wildcards\n"
        "print((time.process_time() - begun) * 1e3)\n"
    )
    taken = [
        float(subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True).stdout)
        for _ in range(5)
    ]
    return statistics.median(taken)


def _milliseconds(work: Callable[[], object], repeats: int) -> float:
    taken = []
    for _ in range(repeats):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return statistics.median(taken) * 1e3


if __name__ == "__main__":
    print(json.dumps(asdict(measure()), indent=2))
