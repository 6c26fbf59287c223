"""Values that nobody should send, and real samples with something broken in them."""

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from tests.samples import Sample, samples

# Lone surrogates and NUL included: JSON can carry both.
any_text = st.text(st.characters(exclude_categories=()), max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**400), 10**400) | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=12,
)
Path = tuple[str | int, ...]


def paths(value: Any, at: Path = ()) -> Iterator[Path]:
    """Every place in a JSON value."""
    if isinstance(value, dict):
        children: list[tuple[str | int, Any]] = list(value.items())
    else:
        children = list(enumerate(value)) if isinstance(value, list) else []
    for key, child in children:
        yield (*at, key)
        yield from paths(child, (*at, key))


def _change(holder: Any, key: str | int, how: str, value: Any) -> None:
    if how == "dropped":
        del holder[key]
    elif how == "nested":
        holder[key] = {"omitted": "true", "was": holder[key]}
    elif how == "listed":
        holder[key] = [holder[key]]
    else:
        holder[key] = value


@st.composite
def broken_samples(draw: st.DrawFn, among: tuple[Sample, ...] = tuple(samples())) -> Any:
    """A sample event with up to three places dropped, retyped or nested."""
    event: Any = copy.deepcopy(draw(st.sampled_from(among)).event)
    event.pop("state", None)  # who writes a sample writes it beside the record; AWS sends none
    for _ in range(draw(st.integers(1, 3))):
        *way, key = draw(st.sampled_from(list(paths(event))))
        holder = event
        for step in way:
            holder = holder[step]
        how = draw(st.sampled_from(["dropped", "nested", "listed", "retyped"]))
        _change(holder, key, how, draw(json_values))
        if not event:
            break
    return event
