"""What conventions meet is known by title, and with its number in every version."""

import pytest

from rolecall.errors import ConventionError
from rolecall.model import standards
from rolecall.model.standards import Standard

CIS = {name: value for name, value in vars(standards).items() if name.startswith("CIS_")}


@pytest.mark.parametrize("version", ["v3.0, v4.0.1", "v5.0", "v6.0", "v7.0"])
def test_no_two_cis_recommendations_have_one_number_in_a_version(version: str) -> None:
    numbers = [id_ for s in CIS.values() for of, id_ in s.ids if of == version]
    assert numbers
    assert len(set(numbers)) == len(numbers)


def test_no_two_cis_recommendations_have_one_title() -> None:
    assert len({s.title for s in CIS.values()}) == len(CIS)
    assert {s.body for s in CIS.values()} == {"CIS AWS Foundations"}


def test_the_numbers_of_a_version_run_as_those_of_the_version_before() -> None:
    """CIS drops and inserts recommendations; it has not yet changed their order."""

    def key(number: str) -> list[int]:
        return [int(part) for part in number.split(".")]

    by_v3 = sorted(CIS.values(), key=lambda s: key(s.ids[0][1]))
    for version in ("v5.0", "v6.0", "v7.0"):
        numbers = [key(id_) for s in by_v3 for of, id_ in s.ids if of == version]
        assert numbers == sorted(numbers)


def test_a_recommendation_that_was_dropped_has_no_number_in_that_version() -> None:
    assert standards.CIS_ONE_ACTIVE_KEY.ids == (
        ("v3.0, v4.0.1", "1.13"),
        ("v5.0", "1.12"),
        ("v6.0", "2.12"),
    )


def test_an_id_brings_its_title() -> None:
    assert standards.security_hub("IAM.2") == Standard(
        "Security Hub", "IAM users should not have IAM policies attached", (("", "IAM.2"),)
    )
    assert standards.attack("T1098.001").title.endswith("Additional Cloud Credentials")


def test_what_has_no_title_is_known_by_its_id_and_what_has_no_id_by_its_title() -> None:
    assert standards.config_rule("access-keys-rotated").name == "access-keys-rotated"
    assert standards.user_guide("IAM user groups").name == "IAM user groups"


@pytest.mark.parametrize("make", [standards.security_hub, standards.attack])
def test_an_id_that_nobody_wrote_down_is_refused(make: object) -> None:
    assert callable(make)
    with pytest.raises(ConventionError, match=r"IAM\.999 is no known id of .*; add it"):
        make("IAM.999")
