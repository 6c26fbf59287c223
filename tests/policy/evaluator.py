"""An evaluator of policies that others wrote: the emulator's own, asked over a pipe.

It lives in the emulator's environment, whose pins clash with ours, so it is a process of its own.
Ask many questions at once with `answers`; one batch is one line there and one line back.

What it reads otherwise than AWS documents, and tests must therefore not ask of it:
- `NotPrincipal`, and a token under `{"AWS": "*"}`: it knows neither;
- policy variables such as `${aws:username}`: to it they are plain characters;
- element names in another case, a Statement without Resource: it finds no such element;
- a service that comes with a Service principal: only an account's root passes there;
- a line break in a name: its wildcards do not run across one.
"""

import atexit
import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

_PYTHON = Path(__file__).resolve().parents[2] / ".venv-emulator" / "bin" / "python"
_PROGRAM = """
import json, sys
from ministack.core import iam_evaluator as iam

def context(asked):
    return iam.EvalContext(
        principal_arn=asked["caller"], principal_type="User",
        principal_account=(asked["caller"].split(":") + [""] * 5)[4],
        action=asked["call"], resource_arn=asked["resource"], region="us-east-1",
        source_ip="198.51.100.7", secure_transport=True,
        principal_keys={"aws:principalorgid": None, **asked["keys"]},
    )

def answer(question):
    kind, *rest = question
    if kind == "matches":
        return iam.fnmatch_iam_cs(rest[1], rest[0])
    asked = context(rest[-1])
    if kind == "identity":
        policies, limits = ([iam.parse_policy_document(one) for one in texts] for texts in rest[:2])
        return iam.evaluate(asked, policies, *([limits] if limits else [])).decision
    return iam.evaluate_trust_policy(rest[0], asked.principal_arn, asked)

for line in sys.stdin:
    print(json.dumps([answer(question) for question in json.loads(line)]), flush=True)
"""


@dataclass(frozen=True)
class Request:
    """One call.

    Attributes:
        call: Such as `iam:PassRole`.
        resource: The ARN it is about; "*" for a call that is about none.
        caller: Who calls; for a token of a web identity, the ARN or host of its provider.
        keys: Condition keys in lower case; the address, TLS, the Region and those of the caller's
            ARN are there already. None is absent.
    """

    call: str
    resource: str = "*"
    caller: str = "arn:aws:iam::111122223333:user/u"
    keys: Mapping[str, Any] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """It as JSON-able data."""
        return {
            "call": self.call,
            "resource": self.resource,
            "caller": self.caller,
            "keys": dict(self.keys),
        }


Question = list[Any]


def identity(documents: Sequence[str], boundary: str | None, request: Request) -> Question:
    """Ask what the policies of a caller decide: "Allow", "Deny" or "ImplicitDeny"."""
    return ["identity", list(documents), [boundary] if boundary else [], request.told()]


def trust(document: str, request: Request) -> Question:
    """Ask whether a role's trust lets the caller in: True or False."""
    return ["trust", document, request.told()]


def matching(pattern: str, text: str) -> Question:
    """Ask whether a text fits a pattern, letter case included: True or False."""
    return ["matches", pattern, text]


def answers(questions: Sequence[Question]) -> list[Any]:
    """Ask all of these at once."""
    return _asked()(questions)


def allowed(identity_documents: Sequence[str], boundary: str | None, request: Request) -> bool:
    """Say whether these identity policies, within a boundary, allow a request."""
    return bool(answers([identity(identity_documents, boundary, request)]) == ["Allow"])


def lets_in(document: str, request: Request) -> bool:
    """Say whether a trust document lets the caller of a request in."""
    return bool(answers([trust(document, request)])[0])


@cache
def _asked() -> Callable[[Sequence[Question]], list[Any]]:
    process = subprocess.Popen(
        [_PYTHON, "-c", _PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin
    assert process.stdout
    into, out = process.stdin, process.stdout

    def end() -> None:
        into.close()
        process.wait()
        out.close()

    def ask(questions: Sequence[Question]) -> list[Any]:
        print(json.dumps(list(questions)), file=into, flush=True)
        told: list[Any] = json.loads(out.readline())
        return told

    atexit.register(end)
    return ask
