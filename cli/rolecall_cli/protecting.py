"""Whether the principals that the settings protect can be the ones that were meant."""

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rolecall.errors import RolecallError, SettingsError
from rolecall_cli.answers import Answer, State
from rolecall_cli.deployed import Deployed
from rolecall_cli.existing import account_of, existing

Place = tuple[str | int, ...]


def refuse_other_accounts(found: Mapping[str, Any]) -> None:
    """Stop when a protected ARN is of an account that `accounts` does not name.

    Raises:
        SettingsError: with the place of that ARN.
    """
    for number, arn in enumerate(found["protected"]):
        if found["accounts"] and account_of(arn) not in found["accounts"]:
            raise SettingsError(
                f"Protected {arn} is of the account {account_of(arn)}, which accounts does not name: "
                "correct the ARN, or name the account.",
                ("protected", number),
            )


def warnings(arns: list[str], deployed: Deployed) -> Iterator[tuple[Place, Answer]]:
    """Yield what cannot be found in the operator's account, with its place in the settings.

    Raises:
        SettingsError: none of the protected ARNs exists, with the place of the first.
        RolecallError: the account cannot be asked.
    """
    try:
        account = account_of(deployed.caller)
    except (ClientError, BotoCoreError) as error:
        raise RolecallError(f"The account cannot be asked: {error}. Sign in first.") from error
    answers = [existing(deployed.aws, arn, account) for arn in arns]
    if answers and all(answer.state is State.FAIL for answer in answers):
        raise SettingsError(
            f"None of what is protected exists in the account {account}, so nobody would be: "
            f"{answers[0].seen}. {answers[0].fix}",
            ("protected", 0),
        )
    for number, answer in enumerate(answers):
        if answer.state is not State.PASS:
            yield ("protected", number), answer
