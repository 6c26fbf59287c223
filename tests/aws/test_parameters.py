"""What remedies and undos say to AWS has the form that AWS asks for."""

import pytest
from botocore.validate import ParamValidator

from rolecall.aws.session import Aws
from rolecall.detection.judging import judge, judge_everything
from rolecall.model.calls import Result
from rolecall.registry import Registry
from tests.detection.staged import world_of
from tests.samples import Sample, all_samples
from tests.world import ACTING, settings

_SETTINGS = settings(ACTING)
_REGISTRY = Registry(_SETTINGS.options, _SETTINGS.registered)
# What CloudTrail left out of a record, only an account can tell.
_WHOLE = [s for s in all_samples() if s.is_drift and "omitted" not in str(s.event)]


@pytest.mark.parametrize("sample", _WHOLE, ids=str)
def test_botocore_takes_every_call_of_a_remedy_and_of_its_undo(aws: Aws, sample: Sample) -> None:
    if sample.is_state and sample.state:
        judged = list(judge_everything(sample.state.everything(), _REGISTRY, _SETTINGS))
    else:
        account = world_of(sample.change, account=sample.state).account
        judged, _ = judge(sample.change, _REGISTRY, _SETTINGS, account.read)
    drifts = [(one.convention, drift) for one in judged for drift in one.drifts if drift.remediable]
    for step in [step for convention, drift in drifts for step in convention.remedy(drift) or ()]:
        for call in (step.do, step.undo):
            service, _, operation = call.name.partition(":")
            wanted = aws.client(service).meta.service_model.operation_model(operation).input_shape
            given = {
                key: "of-the-answer" if isinstance(value, Result) else value
                for key, value in call.parameters.items()
            }
            if wanted is None:
                assert not given
                continue
            problems = ParamValidator().validate(given, wanted)
            assert not problems.has_errors(), problems.generate_report()
