"""The loader of service models gives what botocore's own gives, only sooner."""

import botocore.session
import pytest
from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader

from rolecall.aws.models import ModelLoader

SERVICES = ("dynamodb", "ec2", "events", "iam", "secretsmanager", "sns", "sqs")
KINDS = ("service-2", "endpoint-rule-set-1", "paginators-1")


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_model_is_the_one_that_botocore_loads(service: str, kind: str) -> None:
    ours = ModelLoader().load_service_model(service, kind)
    assert ours == Loader().load_service_model(service, kind)
    assert type(ours) is dict


def test_an_unknown_service_is_refused_as_ever() -> None:
    session = botocore.session.get_session()
    session.register_component("data_loader", ModelLoader())
    with pytest.raises(UnknownServiceError, match="'nothing'"):
        session.create_client("nothing", region_name="us-east-1")


def test_a_service_without_the_file_is_unknown_there() -> None:
    with pytest.raises(UnknownServiceError):
        ModelLoader().load_service_model("iam", "nothing-1")
