"""Which entry of the settings registers an OpenID Connect provider."""

import pytest

from rolecall.model.registered import IdentityProvider
from rolecall.policy.identity_providers import names_exactly, registration

EKS = IdentityProvider("platform")
OWN = IdentityProvider("build", ("build",))
ENTRIES = {
    "oidc.eks.*.amazonaws.com/id/*": EKS,
    "*.good.example": OWN,
    "login.good.example/pool": OWN,
}


@pytest.mark.parametrize(
    ("url", "entry"),
    [
        ("oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF", EKS),
        ("OIDC.EKS.eu-central-1.amazonaws.com/id/0123456789ABCDEF", EKS),
        ("login.good.example/pool", OWN),
        ("any.good.example", OWN),
        ("any.good.example/pool", None),
        ("evil.example/x.good.example", None),
        ("evil.example/oidc.eks.eu-central-1.amazonaws.com/id/1", None),
        ("oidc.eks.evil.example/id/a.amazonaws.com/id/1", None),
        ("oidc.eks.eu-central-1.amazonaws.com", None),
        ("login.good.example/pool2", None),
        ("good.example", None),
    ],
)
def test_a_wildcard_in_the_host_never_reaches_into_the_path(
    url: str, entry: IdentityProvider | None
) -> None:
    assert registration(url, ENTRIES) is entry


def test_the_very_url_comes_before_a_wildcard() -> None:
    first, second = IdentityProvider("first"), IdentityProvider("second")
    assert registration("a.example", {"*.example": first, "a.example": second}) is second


def test_only_the_very_url_names_one_provider() -> None:
    assert names_exactly("login.good.example/pool", ENTRIES)
    assert not names_exactly("any.good.example", ENTRIES)
