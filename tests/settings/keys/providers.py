"""What the options of the conventions about providers, trust anchors and outbound tokens change."""

import json
from typing import Any

from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.subjects import Subject
from rolecall.registry import Registry
from rolecall.settings import Settings
from tests.settings.keys import Change
from tests.settings.yaml import text
from tests.states import SOURCES, ref

OIDC = "oidc-provider-approved"
OUTBOUND = "outbound-federation-approved"
ANCHOR = "roles-anywhere-trust-anchor"
PROVIDER = subject(
    ref("oidc-provider"),
    {Facet.OIDC_PROVIDER_SETTINGS: {"client_ids": ["a"], "thumbprints": [], "tags": {}}},
)
HANDING_OUT = subject(
    ref("account"), {Facet.ACCOUNT_OUTBOUND_FEDERATION: {"enabled": True, "issuer": ""}}
)
TRUSTING = subject(
    ref("trust-anchor"),
    {Facet.TRUST_ANCHOR_SETTINGS: {"name": "ours", "enabled": True, "source": SOURCES[0]}},
)


def _option(convention: str, **options: Any) -> tuple[str, str]:
    return text(), text(f"conventions: {json.dumps({convention: options})}\n")


def _remediable(convention: str, of: Subject) -> Any:
    return lambda s: [drift.remediable for drift in Registry(s.options)[convention].drifts(of)]


def _watched(found: Settings) -> bool:
    return bool(Registry(found.options).watching("sts:GetWebIdentityToken"))


CHANGES: dict[str, Change] = {
    f"{OIDC}.delete": (
        *_option(OIDC, delete=True),
        _remediable(OIDC, PROVIDER),
        [False],
        [True],
    ),
    f"{OUTBOUND}.disable": (
        *_option(OUTBOUND, disable=True),
        _remediable(OUTBOUND, HANDING_OUT),
        [False],
        [True],
    ),
    f"{OUTBOUND}.approved_for": (
        *_option(OUTBOUND, approved_for="the data lake of a partner, of platform"),
        lambda s: (_remediable(OUTBOUND, HANDING_OUT)(s), _watched(s)),
        ([False], True),
        ([], False),
    ),
    f"{ANCHOR}.approved": (
        *_option(ANCHOR, approved=["arn:aws:acm-pca:*:111122223333:certificate-authority/*"]),
        _remediable(ANCHOR, TRUSTING),
        [True],
        [],
    ),
}
