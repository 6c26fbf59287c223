"""Loads botocore's service models without what a cold start need not do.

botocore looks through all of its four hundred services for each kind of file that it wants of one, and
reads JSON into ordered dictionaries, which plain ones are by now. Together that is about half of what
it costs to make three clients, and some 5 MB.
"""

import gzip
import json
from pathlib import Path
from typing import Any

from botocore.loaders import JSONFileLoader, Loader

_OPENERS = ((".json", open), (".json.gz", gzip.open))


class _PlainFiles(JSONFileLoader):
    """Reads a model into plain dictionaries."""

    def load_file(self, file_path: str) -> Any:
        """The content of the file, plain or compressed; None when there is neither."""
        for suffix, opener in _OPENERS:
            try:
                with opener(file_path + suffix, "rb") as file:
                    return json.loads(file.read())
            except FileNotFoundError:
                continue
        return None


class ModelLoader(Loader):
    """botocore's loader, which takes it that a service whose folder is there has its files."""

    def __init__(self) -> None:
        super().__init__(file_loader=_PlainFiles())

    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002  # botocore's
        """Every service that has a folder; a file that is missing shows when it is loaded."""
        folders = (Path(place) for place in self.search_paths)
        return [path.name for place in folders if place.is_dir() for path in place.iterdir()]
