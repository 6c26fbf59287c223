"""What the options of the conventions about credentials and the password policy change."""

from typing import Any

from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.passwords import answered
from rolecall.model.subjects import SubjectRef
from rolecall.registry import Registry
from rolecall.settings import Settings
from tests.settings.keys import Change
from tests.settings.yaml import text
from tests.states import ACCOUNT, ref

PASSWORDS = "account-password-policy"
SERVICES = "no-service-specific-credentials"
OTHERS = "no-other-long-term-credentials"

_KEYSPACES = "cassandra.amazonaws.com"
_CREDENTIAL = {"service": _KEYSPACES, "status": "Active", "created": "", "expires": None}
_HELD = {
    Facet.USER_SERVICE_CREDENTIALS: {"ACCAEXAMPLE": _CREDENTIAL},
    Facet.USER_SSH_KEYS: {"APKAEXAMPLE": "Active"},
    Facet.USER_SIGNING_CERTIFICATES: {},
}


def _options(convention: str, words: str) -> str:
    return text(f"conventions: {{{convention}: {{{words}}}}}\n")


def _credentials(convention: str, found: Settings) -> list[str]:
    of = subject(ref("user"), _HELD)
    return [drift.part for drift in Registry(found.options)[convention].drifts(of)]


def _wanted(field: str, found: Settings) -> Any:
    """What the remedy would set a field to in an account whose policy asks for nothing."""
    account = SubjectRef("account", ACCOUNT, ACCOUNT)
    of = subject(account, {Facet.ACCOUNT_PASSWORD_POLICY: answered({})})
    convention = Registry(found.options)[PASSWORDS]
    (drift,) = convention.drifts(of)
    (step,) = list(convention.remedy(drift) or ())
    return step.do.parameters.get(field)


def _password(key: str, value: str, field: str, before: Any, after: Any) -> Change:
    return (
        text(),
        _options(PASSWORDS, f"{key}: {value}"),
        lambda found: _wanted(field, found),
        before,
        after,
    )


CHANGES: dict[str, Change] = {
    f"{SERVICES}.services": (
        text(),
        _options(SERVICES, f"services: [{_KEYSPACES}]"),
        lambda found: _credentials(SERVICES, found),
        ["ACCAEXAMPLE"],
        [],
    ),
    f"{OTHERS}.users": (
        text(),
        _options(OTHERS, 'users: ["b*"]'),
        lambda found: _credentials(OTHERS, found),
        ["APKAEXAMPLE"],
        [],
    ),
    **{
        f"{PASSWORDS}.{key}": _password(key, value, field, before, after)
        for key, value, field, before, after in (
            ("minimum_length", "20", "MinimumPasswordLength", 14, 20),
            ("reuse_prevention", "5", "PasswordReusePrevention", 24, 5),
            ("max_age", "90", "MaxPasswordAge", None, 90),
            ("require_symbols", "false", "RequireSymbols", True, False),
            ("require_numbers", "false", "RequireNumbers", True, False),
            ("require_uppercase", "false", "RequireUppercaseCharacters", True, False),
            ("require_lowercase", "false", "RequireLowercaseCharacters", True, False),
            ("allow_users_to_change", "false", "AllowUsersToChangePassword", True, False),
        )
    },
}
