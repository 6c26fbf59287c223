"""Which OpenID Connect providers the settings register."""

from collections.abc import Mapping

from rolecall.model.registered import IdentityProvider
from rolecall.policy.matching import is_wild, matches


def registration(
    url: str, identity_providers: Mapping[str, IdentityProvider]
) -> IdentityProvider | None:
    """The entry of a provider by its URL without the scheme; its own before one with a wildcard."""
    if url in identity_providers:
        return identity_providers[url]
    fitting = (one for pattern, one in identity_providers.items() if _fits(pattern, url))
    return next(fitting, None)


def names_exactly(url: str, identity_providers: Mapping[str, IdentityProvider]) -> bool:
    """Whether an entry is about this provider alone."""
    return url in identity_providers and not is_wild(url)


def _fits(pattern: str, url: str) -> bool:
    # Apart, for else evil.example/x.good.example would fit *.good.example.
    host, _, path = url.partition("/")
    host_pattern, _, path_pattern = pattern.partition("/")
    return matches(host_pattern.lower(), host.lower()) and matches(path_pattern, path)
