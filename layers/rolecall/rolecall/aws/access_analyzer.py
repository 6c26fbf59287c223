"""Asks IAM Access Analyzer, by its custom policy checks, whether a policy grants what another does not.

AWS counts trust policies of roles among the policies of resources. Each answer costs money, and needs no
analyzer in the account.
"""

from botocore.exceptions import BotoCoreError, ClientError

from rolecall.aws.failures import meaning
from rolecall.aws.session import Aws
from rolecall.errors import RemedyError

CALL = "access-analyzer:CheckNoNewAccess"


class AccessAnalyzer:
    """Compares policies by automated reasoning, as AWS itself reads them."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def new_access(self, text: str, than: str) -> str:
        """Why a policy of a resource may grant what another one does not; "" when it does not.

        Raises:
            RetryError: AWS does not answer now.
            RemedyError: AWS refuses to answer, or answers neither yes nor no.
        """
        try:
            answer = self._aws.client("accessanalyzer").check_no_new_access(
                newPolicyDocument=text, existingPolicyDocument=than, policyType="RESOURCE_POLICY"
            )
        except (ClientError, BotoCoreError) as error:
            raise meaning(error, CALL) from error
        result = answer.get("result")
        if result == "PASS":
            return ""
        if result != "FAIL":
            raise RemedyError(f"AWS answers {CALL} with neither PASS nor FAIL")
        reasons = [reason.get("description", "") for reason in answer.get("reasons", ())]
        why = " ".join(filter(None, reasons)) or "it gives no reason"
        return f"IAM Access Analyzer does not rule it out: {why}"
