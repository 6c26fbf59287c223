"""The log: one JSON object a line, and one line an outcome.

The stack counts outcomes from these lines, so a metric costs the function nothing.
"""

import json
from functools import partial

from aws_lambda_powertools.logging import Logger

# ASCII: half a character in a hostile record must not cost the line.
_as_json = partial(json.dumps, default=str, separators=(",", ":"), ensure_ascii=True)

log = Logger(service="rolecall", utc=True, json_serializer=_as_json)
