"""The request to Slack, made with slack_sdk. Imported only when there is something to deliver.

slack_sdk is told to say nothing: at the level INFO it logs the webhook's address when it tries again.
"""

import logging
from io import BytesIO
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from slack_sdk.http_retry import HttpRequest, HttpResponse, RateLimitErrorRetryHandler, RetryState
from slack_sdk.http_retry.builtin_handlers import ServerErrorRetryHandler
from slack_sdk.webhook import WebhookClient
from slack_sdk.webhook.webhook_response import WebhookResponse

TIMEOUT = 5  # seconds; Slack answers within one
PATIENCE = 5  # seconds that a function may be kept waiting; beyond, the queue is the patient one
_ANSWER = 200  # bytes; Slack answers with a word
_REDIRECT = 300

_silent = logging.Logger("slack", logging.CRITICAL + 1)


def _opener() -> OpenerDirector:
    # Built by hand: urllib's own follows redirects, and would lead the request anywhere.
    opener = OpenerDirector()
    for handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler()):
        opener.add_handler(handler)
    return opener


class _Client(WebhookClient):
    """A webhook client that follows no redirect and reads no long answer."""

    def _perform_http_request_internal(self, url: str, req: Request) -> WebhookResponse:  # noqa: ARG002
        with _opener().open(req, timeout=self.timeout) as answer:
            status, headers, body = answer.status, answer.headers, answer.read1(_ANSWER)
        if status >= _REDIRECT:
            raise HTTPError("", status, "", headers, BytesIO(body))
        return WebhookResponse(
            url="", status_code=status, body=body.decode("ascii", "replace"), headers={}
        )


class _RateLimit(RateLimitErrorRetryHandler):
    """Waits as long as Slack asks, if that is not long."""

    def _can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if not super()._can_retry(state=state, request=request, response=response, error=error):
            return False
        headers = response.headers if response else {}
        for name, values in headers.items():
            if name.lower() == "retry-after":
                return values[0].isdecimal() and int(values[0]) <= PATIENCE
        return True


def post(url: str, body: dict[str, Any]) -> tuple[int, str]:
    """Send one request and return the answer's status and text."""
    client = _Client(
        url,
        timeout=TIMEOUT,
        logger=_silent,
        retry_handlers=[_RateLimit(max_retry_count=2), ServerErrorRetryHandler()],
    )
    answer = client.send_dict(body)
    return answer.status_code, answer.body
