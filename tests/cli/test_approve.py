"""`rolecall approve`: what is shown is what is approved."""

import pytest

from rolecall.errors import ApprovalVoidError
from rolecall.model.cases import Status
from tests.cli.operating import operate
from tests.remediation.watched import pending
from tests.settings.yaml import text

APPROVING = text("conventions: {user-permissions-via-groups: {mode: approve}}\n")


def test_what_is_shown_is_approved_and_by_whom(monkeypatch: pytest.MonkeyPatch) -> None:
    made, case_id = pending(APPROVING)
    rolecall, shown = operate(monkeypatch, made), made.ledger.get(case_id).case.shown
    dry = rolecall("approve", case_id, "--dry-run")
    assert "will call iam:DetachUserPolicy(UserName=bob" in dry.output
    assert made.status(case_id) is Status.AWAITING_APPROVAL
    other = rolecall("approve", case_id, "--shown", "0123456789ab", "--yes")
    assert isinstance(other.exception, ApprovalVoidError)
    done = rolecall("approve", case_id, "--shown", shown, "--yes")
    assert "is approved" in done.output
    approval = made.ledger.get(case_id).case.approval
    assert approval
    assert approval.by == "arn:aws:iam::111122223333:user/alice"
