"""Generated blocks in written files: between a begin and an end mark, and nowhere else."""

from io import StringIO
from typing import Any

from ruamel.yaml import YAML


def as_yaml(value: dict[str, Any], indent: int) -> str:
    """A mapping as YAML text, indented."""
    yaml = YAML()
    yaml.width = 110
    yaml.representer.ignore_aliases = lambda _: True  # an anchor would only make it harder to read
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = StringIO()
    if value:
        yaml.dump(value, stream)
    return "".join(f"{' ' * indent}{line}" for line in stream.getvalue().splitlines(keepends=True))


def with_block(text: str, name: str, content: str) -> str:
    """The text with the content of its generated block of that name replaced.

    Raises:
        ValueError: the text has no such block.
    """
    lines = text.splitlines(keepends=True)
    begin = next((i for i, line in enumerate(lines) if f"begin generated: {name} " in line), None)
    end = next((i for i, line in enumerate(lines) if f"end generated: {name}" in line), None)
    if begin is None or end is None or end < begin:
        raise ValueError(f"There is no generated block {name!r}; put its begin and end marks back.")
    return "".join([*lines[: begin + 1], content, *lines[end:]])
