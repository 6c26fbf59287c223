"""One botocore session for all clients; a client is made when it is first used.

botocore comes with the Lambda runtime, and without boto3's resource layer on top a cold start is about
a quarter shorter and takes some 15 MB less.
"""

from collections.abc import Mapping
from threading import Lock
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.handlers import json_decode_policies

from rolecall.aws.kept import Kept
from rolecall.aws.models import ModelLoader

# The queue is the patient one: a call that AWS refuses for long goes back there.
_CONFIG = Config(
    connect_timeout=3,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 3},
    tcp_keepalive=True,
)


class Aws:
    """Clients by service and Region.

    Args:
        region: The home Region.
        credentials: `aws_access_key_id` and so on; without them the environment's chain decides.
        profile: A profile of the machine's AWS configuration, instead.
        endpoint: Another endpoint than AWS's, for the embedded account.

    Attributes:
        kept: What was answered not long ago, for all who share the clients.
    """

    def __init__(
        self,
        region: str,
        *,
        credentials: Mapping[str, Any] | None = None,
        profile: str = "",
        endpoint: str | None = None,
    ) -> None:
        self.region = region
        self.kept = Kept()
        self._credentials = dict(credentials or {})
        self._endpoint = endpoint
        self._session = botocore.session.Session(profile=profile or None)
        self._session.register_component("data_loader", ModelLoader())
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = Lock()
        self._requests = 0
        self._counting = Lock()
        self._session.register("before-send", self._count)

    @property
    def requests(self) -> int:
        """Requests sent to AWS so far, by all clients; one that botocore repeats counts again."""
        return self._requests

    def _count(self, **_: Any) -> None:
        with self._counting:  # clients work in several threads
            self._requests += 1

    def client(self, service: str, region: str = "") -> Any:
        """The client of a service, made once; safe to call from several threads."""
        key = (service, region or self.region)
        client = self._clients.get(key)
        if client is None:
            with self._lock:  # making a client is not thread-safe, using one is
                client = self._clients.get(key) or self._make(*key)
                self._clients[key] = client
        return client

    def _make(self, service: str, region: str) -> Any:
        client = self._session.create_client(
            service,
            region_name=region,
            endpoint_url=self._endpoint,
            config=_CONFIG,
            **self._credentials,
        )
        if service == "iam":
            # Policy text is wanted exactly as AWS stores it: what is parsed and written again could
            # differ (key order, duplicate keys), and then undo would not restore the same text.
            client.meta.events.unregister("after-call.iam", json_decode_policies)
        return client
