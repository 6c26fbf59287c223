"""Whether a trust in Google, Facebook or Login with Amazon says for which app.

Every account takes their tokens without a provider of its own, and anybody may register an app there:
without the app's id, any app of that provider comes in (IAM User Guide: AWS condition context keys for
OIDC federation).
"""

from collections.abc import Iterator, Mapping
from typing import Final

from rolecall.model.registered import IdentityProvider
from rolecall.policy.claims import Bound
from rolecall.policy.documents import Document
from rolecall.policy.findings import Finding
from rolecall.policy.gates import gates
from rolecall.policy.identity_providers import registration
from rolecall.policy.principals import Principal
from rolecall.policy.web_identity import CALL, issuer_of

# The key of the app's id, others that tell the app as well, and those that tell one person.
_KEYS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    # Of an app with several client ids, aud is the one that asked and oaud the one that was asked for.
    "accounts.google.com": (("aud", "oaud"), ("sub", "email")),
    "graph.facebook.com": (("app_id",), ("id",)),
    "www.amazon.com": (("app_id",), ("user_id",)),
}


def app_findings(
    document: Document, registered: Mapping[str, IdentityProvider]
) -> Iterator[Finding]:
    """Yield the ways in for any app of a provider that the whole world uses.

    Args:
        document: A trust.
        registered: What the settings say of providers, such as `accounts.google.com`: of one with
            client ids, only these apps may come; of any other, any one app.
    """
    for gate in gates(document, CALL):
        host = _host(gate.principal)
        if host not in _KEYS:
            continue
        apps, people = _KEYS[host]
        found = [gate.claims.bound(f"{host}:{name}") for name in (*apps, *people)]
        restricting = [one for one in found if one.restricts]
        named = [one for one in found[: len(apps)] if one.literal]
        if not restricting:
            sure = all(one.admits_strangers for one in found) and gate.claims.met_beside(
                [one.key for one in found]
            )
            yield gate.finding(f"lets in any app of {host}: {_why(found)}", sure=sure)
        elif not any(one.literal for one in restricting):
            yield gate.finding(
                f"lets in every app of {host} whose id fits a pattern of {restricting[0].key}",
                sure=False,
            )
        elif named and (entry := registration(host, registered)) and entry.client_ids:
            permitted = set(entry.client_ids)
            others = min((sorted(set(one.texts) - permitted) for one in named), key=len)
            if others:
                yield gate.finding(
                    f"lets in the app {' and '.join(others)} of {host}, which is not among the client"
                    " ids of that provider"
                )


def _host(principal: Principal) -> str:
    return (issuer_of(principal) or principal.value).lower()


def _why(found: list[Bound]) -> str:
    told = [
        one for one in found if one.tests or one.idle or one.names_out or one.doubtful
    ] or found[:1]
    return told[0].why
