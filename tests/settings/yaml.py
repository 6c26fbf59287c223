"""Settings texts in a few words."""

from tests.states import UNIQUE_IDS

PROTECTED = 'protected: ["arn:aws:iam::111122223333:user/break-glass"]\n'


def text(rest: str = "", *, protected: str = PROTECTED) -> str:
    """A whole settings file that says this and protects somebody."""
    return f"version: 1\n{protected}{rest}"


def exemption(**changed: str) -> str:
    """The exemptions of a settings file: one, with these parts instead.

    Another exact subject brings the unique id of its kind.
    """
    parts = {
        "id": "EX-1",
        "convention": "user-permissions-via-groups",
        "subject": "arn:aws:iam::111122223333:user/bob",
        "reason": "moves in March, CHG-4711",
        "owner": "platform-oncall",
        "expires": "2027-03-31",
    }
    kind = changed.get("subject", parts["subject"]).rpartition(":")[2].partition("/")[0]
    pattern = "*" in changed.get("subject", "")
    parts |= {"unique_id": "" if pattern else UNIQUE_IDS.get(kind, "")} | changed
    lines = [f"{key}: {value}" for key, value in parts.items() if value]
    return "exemptions:\n  - " + "\n    ".join(lines) + "\n"
