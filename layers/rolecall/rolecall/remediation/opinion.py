"""The second opinion: before a trust is written, somebody else says whether it lets in anyone new.

Our own judging already grants nothing more; this is for who wants no product to be the judge of itself.
"""

from rolecall.convention import Convention
from rolecall.errors import DoubtedError, RemedyError
from rolecall.model.calls import Remedy, Step
from rolecall.model.opinions import SecondOpinion
from rolecall.ports import AccessChecker
from rolecall.settings import Settings

_WRITES_A_TRUST = "iam:UpdateAssumeRolePolicy"


def is_asked(convention: Convention) -> bool:
    """Whether a second opinion is asked of this convention's remedies, where it is switched on.

    One that is declared as widening gives access back on purpose.
    """
    return _WRITES_A_TRUST in convention.may_call() and not convention.widens


class Opinion:
    """Asks for the second opinion where the settings want one."""

    def __init__(self, settings: Settings, checker: AccessChecker) -> None:
        self._wanted = settings.second_opinion is not SecondOpinion.NONE
        self._checker = checker

    def check(self, convention: Convention, remedy: Remedy) -> None:
        """Let the remedy pass when each trust that it writes grants nothing that the live one does not.

        Raises:
            DoubtedError: one may grant more, or nobody can say.
            RetryError: nobody answers now.
        """
        if not (self._wanted and is_asked(convention)):
            return
        for step in remedy:
            if step.do.name == _WRITES_A_TRUST:
                self._ask(step)

    def _ask(self, step: Step) -> None:
        written, live = (call.parameters["PolicyDocument"] for call in (step.do, step.undo))
        try:
            why = self._checker.new_access(written, than=live)
        except RemedyError as error:
            raise DoubtedError(
                f"no second opinion could be had on the trust that the remedy writes; nothing was "
                f"written: {error}"
            ) from error
        if why:
            raise DoubtedError(
                "by the second opinion, the trust that the remedy writes may let in somebody new; "
                f"nothing was written: {why}"
            )
