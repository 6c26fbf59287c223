"""The log: one JSON object a line, and one line an outcome.

The stack counts outcomes from these lines, so a metric costs the function nothing.
"""

from aws_lambda_powertools.logging import Logger

log = Logger(service="rolecall", utc=True)
