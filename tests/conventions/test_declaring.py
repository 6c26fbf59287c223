"""A convention that is declared wrongly is refused when it is imported."""

import pytest

from rolecall.convention import Convention
from rolecall.errors import ConventionError
from rolecall.model.facets import Facet
from rolecall.model.scales import Severity
from rolecall.model.standards import user_guide

DECLARED = {
    "__doc__": "A group has a name.",
    "id": "group-has-name",
    "severity": Severity.LOW,
    "standards": (user_guide("IAM user groups"),),
    "watches": ("iam:CreateGroup",),
    "needs": (Facet.GROUP_INLINE_POLICIES,),
}


@pytest.mark.parametrize("name", ["id", "severity", "standards", "watches", "needs"])
def test_a_convention_that_leaves_out_what_it_must_say_is_refused(name: str) -> None:
    without = {key: value for key, value in DECLARED.items() if key != name}
    with pytest.raises(ConventionError, match=f"GroupHasName does not say its {name}; add it"):
        type("GroupHasName", (Convention,), without)


def test_one_that_says_it_all_is_taken() -> None:
    made = type("GroupHasName", (Convention,), DECLARED)
    assert issubclass(made, Convention)
    assert made.standards == DECLARED["standards"]
