"""Cases to tell, made by the conventions themselves."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rolecall.convention import Convention
from rolecall.model.cases import Case, Origin, Status
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.scales import Mode
from rolecall.model.subjects import SubjectRef
from rolecall.registry import convention_classes

ACCOUNT = "111122223333"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
STACK = "rolecall"
REASONS = {
    Status.PROTECTED: "the settings protect it",
    Status.FAILED: "AWS protects this one from iam:DetachUserPolicy",
    Status.UNDONE: "undone by alice: the audit needs it until Friday",
    Status.PAUSED: "incident 7 (alice)",
    Status.CAPPED: "the cap is 20 writes an hour for one convention",
}
TOLD = [status for status in Status if status.is_told]
OPEN_TRUST = (
    '{"Version":"2012-10-17","Statement":['
    '{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"},'
    '{"Sid":"Everyone","Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}'
)


def case_of(
    convention_id: str,
    name: str,
    state: Mapping[Facet, Any],
    *,
    region: str = "",
    options: Mapping[str, Any] | None = None,
) -> Case:
    """The case of the first drift that a convention finds in a subject's state."""
    convention: Convention = convention_classes()[convention_id](options)
    ref = SubjectRef(convention.kinds()[0], name, ACCOUNT, region)
    drift = next(iter(convention.drifts(subject(ref, state))))
    remedy = convention.remedy(drift) if drift.remediable else None
    return Case(
        id="c-k5v3qx7m2a4d",
        drift=drift,
        origin=Origin(
            call="iam:AttachUserPolicy",
            event_id="5f0c1d2e-3a4b-4c5d-8e6f-7a8b9c0d1e2f",
            time="2026-11-02T10:00:00Z",
            actor="alice (PowerUserAccess)",
            through="the console",
            address="203.0.113.7",
            account=ACCOUNT,
            region="us-east-1",
        ),
        severity=convention.severity,
        mode=Mode.REMEDIATE,
        status=Status.REMEDIATED,
        owner="platform-oncall",
        settings="4f1d2a90b3c7",
        opened="2026-11-02T10:00:02Z",
        ended="2026-11-02T10:00:03Z",
        remedy=tuple(remedy.to_list()) if remedy else (),
        advice=(
            convention.section("Why"),
            convention.section("The right way"),
            *convention.advice(drift, None),
        ),
        account_name="prod",
    )


def attached() -> Case:
    """A policy that hangs on a user."""
    state: dict[Facet, Any] = {
        Facet.USER_ATTACHED_POLICIES: {ADMIN: "AdministratorAccess"},
        Facet.USER_INLINE_POLICIES: {},
    }
    return case_of("user-permissions-via-groups", "bob", state)


def in_status(status: Status) -> Case:
    """The same case at each place of its life."""
    case = attached().moved(status, reason=REASONS.get(status, ""))
    return replace(case, mode=Mode.NOTIFY) if status is Status.NOTIFIED else case


def open_trust() -> Case:
    """A role that everyone may assume, beside a statement that is as it should be."""
    return case_of("role-no-wildcard-trust", "deployer", {Facet.ROLE_TRUST: OPEN_TRUST})


def bare_instance() -> Case:
    """An instance without a profile."""
    state: dict[Facet, Any] = {
        Facet.INSTANCE_STATE: "running",
        Facet.INSTANCE_PROFILE: None,
        Facet.INSTANCE_TAGS: {},
    }
    return case_of(
        "ec2-launched-with-profile",
        "i-0123456789abcdef0",
        state,
        region="eu-west-1",
        options={"profile": "baseline", "role": "baseline"},
    )
