"""What is known of the calls of AWS services, and what it costs."""

import subprocess
import sys
from pkgutil import get_data

from rolecall.policy import actions


def test_the_data_are_small_enough_for_the_layer() -> None:
    data = get_data("rolecall.policy", "actions.txt")
    assert data
    assert 0 < len(data) <= 300_000


def test_nothing_is_read_before_it_is_asked_for() -> None:
    asked = (
        "from rolecall.registry import convention_classes\n"
        "convention_classes()\n"
        "from rolecall.policy import actions, escalation, stars, wildcards\n"
        "print(actions._lines.cache_info().currsize)\n"
        "actions.services()\n"
        "print(actions._lines.cache_info().currsize)\n"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["0", "1"]


def test_it_knows_what_changes_something_and_leaves_out_what_reads_or_tags() -> None:
    assert {"iam", "sts", "s3", "ec2"} <= set(actions.services())
    known = actions.changing("iam")
    assert {"passrole", "createaccesskey", "putuserpolicy", "attachrolepolicy"} <= set(known)
    assert not {"getuser", "listusers", "taguser", "untaguser"} & set(known)
    assert list(known) == sorted(known)


def test_of_a_service_that_only_reads_it_knows_all_calls() -> None:
    assert "getproducts" in actions.changing("pricing")


def test_every_service_has_calls_and_an_unknown_one_has_none() -> None:
    assert all(actions.changing(service) for service in actions.services())
    assert actions.changing("nosuchservice") == ()
