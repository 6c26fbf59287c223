"""The loader of service models gives what botocore's own gives, only sooner."""

import botocore.session
import pytest
from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.loaders import Loader

from rolecall.aws.models import ModelLoader

SERVICES = ("accessanalyzer", "dynamodb", "ec2", "events", "iam", "secretsmanager", "sns", "sqs")
KINDS = ("service-2", "endpoint-rule-set-1", "paginators-1")


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_model_is_the_one_that_botocore_loads(service: str, kind: str) -> None:
    ours = ModelLoader().load_service_model(service, kind)
    assert ours == Loader().load_service_model(service, kind)
    assert type(ours) is dict


def test_an_unknown_service_is_refused_as_ever() -> None:
    session = botocore.session.get_session()
    session.set_credentials("key", "secret")
    session.register_component("data_loader", ModelLoader())
    with pytest.raises(UnknownServiceError, match="'nothing'"):
        session.create_client("nothing", region_name="us-east-1")


def test_a_file_that_a_service_lacks_is_not_found() -> None:
    with pytest.raises(DataNotFoundError, match="iam"):
        ModelLoader().load_service_model("iam", "nothing-1")
