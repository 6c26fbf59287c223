"""The settings file's models: which keys there are, and of which kind each value is.

Like the schema, only for where settings are built and checked: pydantic is large.
"""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from rolecall.model.opinions import SecondOpinion
from rolecall.model.scales import Mode, Severity

LONGEST_GRACE = 7 * 86_400  # seconds: who needs more than a week needs an exemption, with an owner
_ARN = r"^arn:aws[a-z-]*:(iam|ec2|rolesanywhere|cognito-identity):[a-z0-9-]*:\d{12}:[a-z-]+(/.+)?$"

Arn = Annotated[StrictStr, Field(pattern=_ARN)]
Words = Annotated[StrictStr, Field(min_length=3)]
Grace = Annotated[StrictInt, Field(ge=0, le=LONGEST_GRACE)]
Limit = Annotated[StrictInt, Field(ge=0, le=10_000)]
OneOrMore = Annotated[
    list[StrictStr],
    Field(min_length=1),
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
]
UniqueId = Annotated[StrictStr, Field(pattern=r"^[A-Z0-9]*$")]
# A policy of AWS's own names no account.
PolicyArn = Annotated[StrictStr, Field(pattern=r"^arn:aws[a-z-]*:iam::(\d{12}|aws):policy/.+$")]
GroupName = Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9+=,.@_-]{1,128}$")]
# As in the provider's ARN, without the scheme; a "*" stands for any text.
ProviderUrl = Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9.*:/_-]{1,255}$")]
AccountId = Annotated[StrictStr, Field(pattern=r"^\d{12}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DefaultsModel(_Strict):
    """What holds for every convention that says nothing else."""

    mode: Mode = Mode.NOTIFY
    owner: StrictStr = ""
    grace: Grace | None = None


class ConventionModel(_Strict):
    """One convention's entry; its own options stand beside these keys."""

    mode: Mode | None = None
    severity: Severity | None = None
    owner: StrictStr | None = None
    grace: Grace | None = None
    sweep_acts: StrictBool = False
    options: dict[str, Any] = Field(default_factory=dict)


class CapsModel(_Strict):
    """How many writes an hour may bring; what is over a cap is told and not written."""

    account: Limit = 50
    convention: Limit = 20
    actor: Limit = 20
    drift: Limit = 3


class SweepModel(_Strict):
    """What bounds a sweep."""

    calls: Annotated[StrictInt, Field(ge=100, le=1_000_000)] = 20_000
    digest_above: Limit = 5


class JobRoleModel(_Strict):
    """One group's entry in the registry of job roles."""

    job_role: Words
    owner: Words
    policies: list[PolicyArn] = Field(default_factory=list)
    max_members: Annotated[StrictInt, Field(ge=0)] = 0
    policyless: StrictBool = False


class OrganizationModel(_Strict):
    """The accounts that are one's own."""

    id: Annotated[StrictStr, Field(pattern=r"^(o-[a-z0-9]{10,32})?$")] = ""
    accounts: list[AccountId] = Field(default_factory=list)
    read: StrictBool = False


class ThirdPartyModel(_Strict):
    """An account of others that roles may trust, until a day."""

    name: Words
    owner: Words
    expires: date


class IdentityProviderModel(_Strict):
    """An OpenID Connect provider that people and machines may come in through."""

    owner: Words
    client_ids: list[Words] = Field(default_factory=list)
    subjects: list[Words] = Field(default_factory=list)


class ExemptionModel(_Strict):
    """A reviewed exception; all parts are mandatory, `unique_id` where the subject has one."""

    id: Words
    convention: OneOrMore
    subject: Arn
    unique_id: UniqueId = ""
    reason: Words
    owner: Words
    expires: date


class SettingsModel(_Strict):
    """The whole file."""

    version: Annotated[StrictInt, Field(ge=1, le=1)]
    accounts: dict[AccountId, StrictStr] = Field(default_factory=dict)
    defaults: DefaultsModel = DefaultsModel()
    caps: CapsModel = CapsModel()
    sweep: SweepModel = SweepModel()
    job_roles: dict[GroupName, JobRoleModel] = Field(default_factory=dict)
    organization: OrganizationModel = OrganizationModel()
    third_parties: dict[AccountId, ThirdPartyModel] = Field(default_factory=dict)
    identity_providers: dict[ProviderUrl, IdentityProviderModel] = Field(default_factory=dict)
    protected: list[Arn] = Field(default_factory=list)
    second_opinion: SecondOpinion = SecondOpinion.NONE
    conventions: dict[str, ConventionModel] = Field(default_factory=dict)
    exemptions: list[ExemptionModel] = Field(default_factory=list)
