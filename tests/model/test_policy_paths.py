"""The path of a policy tells the group or role that it was made for, and no other path does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolecall.model.policy_paths import holder_of, path_for
from rolecall.model.subjects import SubjectRef
from tests.states import ACCOUNT, names


@given(st.sampled_from(["group", "role"]), names)
def test_the_holder_is_read_from_its_path(kind: str, name: str) -> None:
    path = path_for(SubjectRef(kind, name, ACCOUNT))
    assert holder_of(path, kind) == name
    assert holder_of(path, "user") == ""


@pytest.mark.parametrize(
    "path", ["", "/", "/groups/", "/groups/a", "/groups/a/b/", "/x/groups/a/", "/roles/a/"]
)
def test_another_path_is_for_no_group(path: str) -> None:
    assert holder_of(path, "group") == ""
