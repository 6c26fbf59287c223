"""The list of accounts: this one."""

from collections.abc import Iterator, Mapping

from rolecall.aws.facets import READINGS
from rolecall.aws.lists.answers import Answers
from rolecall.aws.reader import AwsReader
from rolecall.model.facets import Facet
from rolecall.model.subjects import SubjectRef
from rolecall.ports import Listed

# Only looked at where a convention needs it: it may not be had everywhere, and must not hide the rest.
_BESIDE = frozenset({Facet.ACCOUNT_OUTBOUND_FEDERATION})
CALLS: Mapping[str, frozenset[Facet]] = {
    call: frozenset(reading.facets)
    for reading in READINGS
    for call in reading.calls
    if reading.facets[0].kind == "account" and _BESIDE.isdisjoint(reading.facets)
}


def accounts(answers: Answers, wanted: frozenset[Facet]) -> Iterator[Listed]:
    """Yield the account itself."""
    ref = SubjectRef("account", answers.account, answers.account)
    found = AwsReader(answers.aws).read(ref, {f for f in wanted - _BESIDE if f.kind == ref.kind})
    if found:
        yield Listed(found)
