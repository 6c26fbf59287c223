"""The path of a policy tells the group that it was made for, and no other path does."""

import pytest
from hypothesis import given

from rolecall.model.group_paths import group_of, path_for
from tests.states import names


@given(names)
def test_the_group_is_read_from_its_path(name: str) -> None:
    assert group_of(path_for(name)) == name


@pytest.mark.parametrize("path", ["", "/", "/groups/", "/groups/a", "/groups/a/b/", "/x/groups/a/"])
def test_another_path_is_for_no_group(path: str) -> None:
    assert group_of(path) == ""
