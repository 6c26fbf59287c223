"""All that the trail knows of the emulator's inside.

These names are private to MiniStack, so its version is pinned and a test compares them with what
is named here.
"""

import hashlib
import importlib
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

from rolecall_cli.trail.identity import Caller
from rolecall_cli.trail.trail import Event

type Dispatch = Callable[..., Awaitable[tuple[int, dict[str, str], Any]]]

HOOKS = {
    ("ministack.app", "_dispatch_service_request"): (
        *("method", "path", "headers", "body", "query_params", "request_id"),
    ),
    ("ministack.services.eventbridge", "_put_events"): ("data", "allow_aws_source"),
    ("ministack.core.iam_evaluator", "request_caller_arn"): ("headers", "query_params"),
    ("ministack.core.responses", "request_scope"): ("account_id", "region"),
    ("ministack.core.router", "extract_access_key_id"): ("headers", "query_params"),
    ("ministack.core.lambda_runtime", "execution_credentials"): ("config",),
    ("ministack.services.lambda_svc", "execution_credentials"): ("config",),
    ("ministack.services.sts", "register_session"): ("access_key", "session"),
    ("ministack.services.iam", "_create_role"): ("p",),
    ("ministack.services.iam", "_attach_role_policy"): ("p",),
}
"""What is called or replaced, and its parameters."""


_ENABLED, _WITH_READS = "ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"ministack.{name}")


def serve(wrap: Callable[[Dispatch], Dispatch]) -> None:
    """Run the emulator in this process, its dispatcher wrapped."""
    app = _module("app")
    app.__dict__["_dispatch_service_request"] = wrap(app.__dict__["_dispatch_service_request"])
    if not app.AUTH:
        for name in ("core.lambda_runtime", "services.lambda_svc"):
            _module(name).__dict__["execution_credentials"] = _role_session
    app.main()


def emit(event: Event) -> None:
    """Put an event on the default bus through the emulator's own door.

    Everybody else is refused a source of AWS's, as on AWS.
    """
    entry = {
        "Source": event.source,
        "DetailType": event.detail_type,
        "Detail": json.dumps(event.detail),
    }
    reads_only = event.detail.get("readOnly") is True
    with (
        _module("core.responses").request_scope(event.account, event.region),
        _matching(reads_only=reads_only),
    ):
        put_events = _module("services.eventbridge").__dict__["_put_events"]
        put_events({"Entries": [entry]}, allow_aws_source=True)


@contextmanager
def _matching(*, reads_only: bool) -> Iterator[None]:
    """Give the rules, for one event, states with which the emulator does as EventBridge does.

    EventBridge matches what is read-only in CloudTrail's eyes with those rules alone that ask for all
    management events. The emulator matches everything with `ENABLED`, and nothing with any other state.
    """
    rules = _module("services.eventbridge").__dict__["_rules"].values()
    were = [(rule, rule["State"]) for rule in rules if rule.get("EventPattern")]
    for rule, state in were:
        matched = state == _WITH_READS or (state == _ENABLED and not reads_only)
        rule["State"] = _ENABLED if matched else "DISABLED"
    try:
        yield
    finally:
        for rule, state in were:
            rule["State"] = state


def caller(headers: Mapping[str, str], query: Mapping[str, Sequence[str]]) -> Caller:
    """Tell who signed a request."""
    arn = _module("core.iam_evaluator").request_caller_arn(headers, query)
    access_key = _module("core.router").extract_access_key_id(headers, query)
    account = arn.split(":")[4]
    kind, _, name = arn.split(":", 5)[5].partition("/")
    if kind == "user":
        user = _stored("_users", account, name.rsplit("/", 1)[-1])
        return Caller(arn, account, access_key, user.get("UserId", ""))
    if kind != "assumed-role":
        return Caller(arn, account, access_key, account)
    role_name = name.split("/", 1)[0]
    role = _stored("_roles", account, role_name)
    issued = _module("services.sts").__dict__["_sessions"].get(access_key, {}).get("IssuedAt")
    return Caller(
        arn,
        account,
        access_key,
        role.get("RoleId", ""),
        role_arn=role.get("Arn", f"arn:aws:iam::{account}:role/{role_name}"),
        since=datetime.fromtimestamp(issued, UTC) if issued else None,
    )


def seat(
    role: Mapping[str, str], policy_arn: str, access_key: str, session: dict[str, Any]
) -> None:
    """Make a role with one managed policy and a session of it, unless the session is there."""
    sts, iam = _module("services.sts"), _module("services.iam")
    if access_key in sts.__dict__["_sessions"]:
        return
    account = session["Arn"].split(":")[4]
    with _module("core.responses").request_scope(account, "us-east-1"):
        iam.__dict__["_create_role"]({name: [value] for name, value in role.items()})
        attachment = {"RoleName": [role["RoleName"]], "PolicyArn": [policy_arn]}
        iam.__dict__["_attach_role_policy"](attachment)
    sts.register_session(access_key, session)


def _stored(store: str, account: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] | None = (
        _module("services.iam").__dict__[store].get_scoped(account, None, name)
    )
    return found or {}


def _role_session(config: Mapping[str, Any]) -> dict[str, str]:
    """Give a function a session of its role.

    Without enforcement the emulator would run it as the account's root, and every record of its
    calls would name the wrong caller.
    """
    role_arn, function = str(config.get("Role", "")), str(config.get("FunctionName", "function"))
    account, role_name = role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
    digest = hashlib.sha256(f"{config.get('FunctionArn')}:{role_arn}".encode()).hexdigest()
    key, secret, token = f"ASIA{digest[:16].upper()}", f"secret-{digest}", f"token-{digest}"
    session = {
        "Arn": f"arn:aws:sts::{account}:assumed-role/{role_name}/{function[:64]}",
        "UserId": f"{role_name}:{function}",
        "SecretAccessKey": secret,
        "SessionToken": token,
    }
    _module("services.sts").register_session(key, session)
    return {
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_SESSION_TOKEN": token,
    }
