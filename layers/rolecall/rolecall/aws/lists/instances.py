"""The list of instances, of the home Region."""

from collections.abc import Iterator, Mapping

from rolecall.aws.facets import instance_state
from rolecall.aws.lists.answers import PAGE, Answers, asking
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.subjects import SubjectRef
from rolecall.ports import Listed

_INSTANCES = "ec2:DescribeInstances"
_ASSOCIATIONS = "ec2:DescribeIamInstanceProfileAssociations"
_ALL = frozenset(facet for facet in Facet if facet.kind == "instance")
CALLS: Mapping[str, frozenset[Facet]] = {_INSTANCES: _ALL, _ASSOCIATIONS: _ALL}


def instances(answers: Answers, _: frozenset[Facet]) -> Iterator[Listed]:
    """Yield every instance."""
    client = answers.aws.client("ec2")
    with asking(_INSTANCES):
        shown = [
            instance
            for page in client.get_paginator("describe_instances").paginate(MaxResults=PAGE)
            for reservation in page["Reservations"]
            for instance in reservation["Instances"]
        ]
    # A profile that is being associated does not show on the instance yet.
    states = [{"Name": "state", "Values": ["associating", "associated"]}]
    with asking(_ASSOCIATIONS):
        ask = client.get_paginator("describe_iam_instance_profile_associations")
        coming = {
            one["InstanceId"]: one["IamInstanceProfile"]["Arn"]
            for page in ask.paginate(Filters=states, MaxResults=PAGE)
            for one in page["IamInstanceProfileAssociations"]
        }
    for instance in sorted(shown, key=lambda instance: instance["InstanceId"]):
        name = instance["InstanceId"]
        profile = instance.get("IamInstanceProfile", {}).get("Arn") or coming.get(name)
        ref = SubjectRef("instance", name, answers.account, answers.aws.region)
        yield Listed(subject(ref, instance_state(instance, profile), at=answers.at))
