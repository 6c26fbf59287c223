"""Subjects of an account, and how tests read, launch and answer for AWS."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.stub import Stubber

from rolecall.aws.reader import AwsReader
from rolecall.aws.session import Aws
from rolecall.model.facets import Facet
from rolecall.model.subjects import Subject, SubjectRef
from tests.states import ACCOUNT

BOB = SubjectRef("user", "bob", ACCOUNT)
OPS = SubjectRef("group", "ops", ACCOUNT)
APP = SubjectRef("role", "app", ACCOUNT)
ODD = (
    '{\n  "Version": "2012-10-17",\r\n\t"Statement" : [ {"Effect":"Deny","Action":"s3:*",'
    '"Resource":"*","Condition":{"StringLike":{"aws:PrincipalTag/x":"100%25 é+ %7B"}}} ] }\n'
)
USER = (Facet.USER_INLINE_POLICIES, Facet.USER_ATTACHED_POLICIES, Facet.USER_ACCESS_KEYS)
# What is read from AWS: all but what people have accepted, which the ledger tells.
READ = tuple(facet for facet in Facet if not facet.is_reviewed)
READ_KINDS = tuple(sorted({facet.kind for facet in READ}))
INSTANCE = (Facet.INSTANCE_STATE, Facet.INSTANCE_PROFILE, Facet.INSTANCE_TAGS)


def read(aws: Aws, ref: SubjectRef, *facets: Facet) -> Subject:
    """The subject with exactly these facets."""
    found = AwsReader(aws).read(ref, facets)
    assert found
    assert set(found.state) == set(facets)
    return found


def launch(aws: Aws, region: str) -> SubjectRef:
    """A running instance without a profile."""
    ec2 = aws.client("ec2", region)
    image = ec2.register_image(Name="image")["ImageId"]
    (made,) = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"]
    ec2.create_tags(Resources=[made["InstanceId"]], Tags=[{"Key": "Name", "Value": "web"}])
    return SubjectRef("instance", made["InstanceId"], ACCOUNT, region)


@contextmanager
def stubbed(aws: Aws, service: str, *answers: tuple[str, Any]) -> Iterator[Stubber]:
    """A service that gives these answers, in their order; a text is the code of an error."""
    stub = Stubber(aws.client(service))
    for operation, answer in answers:
        if isinstance(answer, str):
            stub.add_client_error(operation, answer)
        else:
            stub.add_response(operation, answer)
    with stub:
        yield stub
    stub.assert_no_pending_responses()
