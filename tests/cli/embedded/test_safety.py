"""Nothing embedded ever touches a real AWS account."""

import pytest

from rolecall_cli.embedded.account import OPERATOR, embedded_account
from rolecall_cli.embedded.safety import clean_environment, refuse_real_accounts
from rolecall_cli.errors import RealAccountError


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AWS_ENDPOINT_URL", "https://sts.amazonaws.com"),
        ("AWS_PROFILE", "prod"),
        ("AWS_DEFAULT_PROFILE", "prod"),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
    ],
)
def test_an_environment_of_a_real_account_is_refused_by_name(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(RealAccountError, match=f"unset {variable}"), embedded_account():
        pytest.fail("it started")


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_ACCESS_KEY_ID": "test"},
        {"AWS_ENDPOINT_URL": "http://localhost:4566", "AWS_ACCESS_KEY_ID": "111122223333"},
        OPERATOR.environment(),
        {"AWS_ACCESS_KEY_ID": "AKIAFDB7E3C8D25F42DE"},
    ],
)
def test_the_emulators_own_credentials_are_no_reason_to_refuse(
    environment: dict[str, str],
) -> None:
    refuse_real_accounts(environment)


def test_children_inherit_nothing_of_an_account() -> None:
    before = {"AWS_SECRET_ACCESS_KEY": "real", "PYTHONPATH": "here", "PATH": "/bin"}
    after = clean_environment(before)
    assert after["PATH"] == "/bin"
    assert after["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"
    assert not {"AWS_SECRET_ACCESS_KEY", "PYTHONPATH"} & set(after)


def test_credentials_do_not_show_their_secret() -> None:
    assert OPERATOR.secret_key not in repr(OPERATOR)
