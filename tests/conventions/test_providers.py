"""Providers, trust anchors and outbound tokens: who is spared, who is only told, what is put back."""

from collections.abc import Mapping
from typing import Any

import pytest

from rolecall.convention import Convention
from rolecall.model.calls import Call, Step
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.registered import IdentityProvider, Registered
from rolecall.model.scales import Severity
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.registry import convention_classes
from tests.states import ACCOUNT, SOURCES, ref, saml_metadata

APPROVED, DRIFT, SAML = "oidc-provider-approved", "oidc-provider-drift", "saml-provider-approved"
ANCHOR, OUTBOUND = "roles-anywhere-trust-anchor", "outbound-federation-approved"
OIDC_REF = ref("oidc-provider")
GOOD = saml_metadata("first")
THUMBPRINT = "0a" * 20


def convention(id_: str, registered: Registered | None = None, **options: Any) -> Convention:
    return convention_classes()[id_](options, registered)


def registering(*client_ids: str) -> Registered:
    entry = IdentityProvider("platform", client_ids)
    return Registered(identity_providers={OIDC_REF.name: entry})


def oidc(client_ids: list[str], reviewed: Any = None, **settings: Any) -> Subject:
    known = {"client_ids": client_ids, "thumbprints": [THUMBPRINT], "tags": {}}
    return subject(
        OIDC_REF,
        {Facet.OIDC_PROVIDER_SETTINGS: known | settings, Facet.OIDC_PROVIDER_REVIEWED: reviewed},
    )


def saml(text: str, accepted: str = GOOD, *, restore: bool = True, name: str = "idp") -> Subject:
    return subject(
        SubjectRef("saml-provider", name, ACCOUNT),
        {
            Facet.SAML_PROVIDER_METADATA: text,
            Facet.SAML_PROVIDER_REVIEWED: {"text": accepted, "restore": restore},
        },
        "/",
    )


def anchor(source: str) -> Subject:
    found = {"name": "build", "enabled": True, "source": source}
    return subject(ref("trust-anchor"), {Facet.TRUST_ANCHOR_SETTINGS: found})


def only(found: Any) -> Drift:
    (drift,) = found
    assert isinstance(drift, Drift)
    return drift


def steps(one: Convention, drift: Drift) -> list[Step]:
    return list(one.remedy(drift) or ())


def accepting(*client_ids: str, thumbprints: tuple[str, ...] = (THUMBPRINT,)) -> Mapping[str, Any]:
    return {"client_ids": list(client_ids), "thumbprints": list(thumbprints)}


# --- OpenID Connect providers: approved ---


@pytest.mark.parametrize("client_ids", [(), ("build", "deploy")])
def test_a_registered_provider_with_registered_client_ids_is_clean(
    client_ids: tuple[str, ...],
) -> None:
    one = convention(APPROVED, registering(*client_ids))
    assert list(one.drifts(oidc(["build"]))) == []


def test_a_client_id_that_is_not_registered_is_told_and_not_removed() -> None:
    one = convention(APPROVED, registering("build"), delete=True)
    drift = only(one.drifts(oidc(["build", "other"])))
    assert (drift.part, drift.remediable, one.remedy(drift)) == ("client id other", False, None)
    assert list(one.advice(drift, None))[-1] == (
        "aws iam remove-client-id-from-open-id-connect-provider --open-id-connect-provider-arn "
        f"{OIDC_REF.arn} --client-id other"
    )


def test_the_roles_that_trust_a_provider_are_named_and_no_part_of_its_state() -> None:
    one, bare = convention(APPROVED), oidc(["build"])
    trusted = subject(OIDC_REF, {**bare.state, Facet.OIDC_PROVIDER_ROLES: ["deployer", "reader"]})
    alone, with_roles = only(one.drifts(bare)), only(one.drifts(trusted))
    assert "roles that trust it: deployer, reader" in with_roles.says
    assert "roles" not in alone.says
    assert (alone.key, alone.state) == (with_roles.key, with_roles.state)


def test_a_provider_is_made_anew_with_all_that_a_call_can_give_it() -> None:
    propagation = {"IdentityCenterInstanceArn": "arn:aws:sso:::instance/ssoins-0123456789abcdef"}
    tags = {"team": "build", "aws:cloudformation:stack-name": "build"}
    one = convention(APPROVED, delete=True)
    drift = only(one.drifts(oidc(["b", "a"], tags=tags, propagation=propagation)))
    (step,) = steps(one, drift)
    assert step.do == Call(
        "iam:DeleteOpenIDConnectProvider", {"OpenIDConnectProviderArn": OIDC_REF.arn}
    )
    assert step.undo == Call(
        "iam:CreateOpenIDConnectProvider",
        {
            "Url": "https://login.example.com/pool",
            "ClientIDList": ["b", "a"],
            "ThumbprintList": [THUMBPRINT],
            "Tags": [{"Key": "team", "Value": "build"}],
            **propagation,
        },
    )


def test_a_provider_is_not_deleted_without_the_option() -> None:
    one = convention(APPROVED)
    drift = only(one.drifts(oidc([])))
    assert (drift.remediable, one.remedy(drift), one.may_call()) == (False, None, ())


# --- OpenID Connect providers: drift ---


def test_each_client_id_that_differs_is_a_drift_of_its_own_with_the_reverse_call() -> None:
    one = convention(DRIFT)
    found = list(one.drifts(oidc(["kept", "new"], accepting("gone", "kept"))))
    calls = {drift.part: [step.do.name for step in one.remedy(drift) or ()] for drift in found}
    assert calls == {
        "client id gone": ["iam:AddClientIDToOpenIDConnectProvider"],
        "client id new": ["iam:RemoveClientIDFromOpenIDConnectProvider"],
    }
    assert {drift.severity for drift in found} == {""}


@pytest.mark.parametrize(
    ("client_ids", "severity"), [(["build"], [Severity.LOW]), (["build", "other"], ["", ""])]
)
def test_thumbprints_alone_are_low(client_ids: list[str], severity: list[str]) -> None:
    provider = oidc(client_ids, accepting("build", thumbprints=("1b" * 20,)))
    assert [drift.severity for drift in convention(DRIFT).drifts(provider)] == severity


def test_thumbprints_are_the_same_whatever_their_order_and_letter_case() -> None:
    live = ["1B" * 20, "0a" * 20]
    accepted = accepting("build", thumbprints=("0A" * 20, "1b" * 20))
    assert list(convention(DRIFT).drifts(oidc(["build"], accepted, thumbprints=live))) == []


@pytest.mark.parametrize(("live", "accepted"), [([], (THUMBPRINT,)), ([THUMBPRINT], ())])
def test_an_empty_list_of_thumbprints_is_only_told_for_aws_takes_none(
    live: list[str], accepted: tuple[str, ...]
) -> None:
    one = convention(DRIFT)
    provider = oidc(["build"], accepting("build", thumbprints=accepted), thumbprints=live)
    drift = only(one.drifts(provider))
    assert (drift.remediable, one.remedy(drift)) == (False, None)
    assert "aws iam update" in " ".join(one.advice(drift, None)) or not accepted


def test_a_provider_that_nobody_accepted_is_not_judged() -> None:
    assert list(convention(DRIFT).drifts(oidc(["build"]))) == []


def test_a_deleted_provider_is_told_where_its_very_url_is_registered() -> None:
    one = convention(DRIFT, registering("build"))
    drift = only(one.judge(OIDC_REF, None))
    assert (drift.part, drift.remediable, one.remedy(drift)) == ("existence", False, None)
    assert list(one.advice(drift, None)) == [
        "aws iam create-open-id-connect-provider --url https://login.example.com/pool "
        "--client-id-list build"
    ]


def test_a_deleted_provider_that_a_wildcard_registers_is_not_missed() -> None:
    entries = {"login.example.com/*": IdentityProvider("platform")}
    one = convention(DRIFT, Registered(identity_providers=entries))
    assert list(one.judge(OIDC_REF, None)) == []


# --- SAML providers ---


def test_swapped_certificates_are_put_back_exactly() -> None:
    one, live = convention(SAML), saml_metadata("second")
    drift = only(one.drifts(saml(live)))
    (step,) = steps(one, drift)
    assert step.do.parameters["SAMLMetadataDocument"] == GOOD
    assert step.undo.parameters["SAMLMetadataDocument"] == live
    assert one.part(saml(live), drift) == live


@pytest.mark.parametrize(
    "provider",
    [
        saml(saml_metadata("second"), restore=False),
        saml(saml_metadata("first", "other.example.com")),
        saml("<no metadata>"),
        saml(saml_metadata("second"), accepted="<no metadata>"),
        saml(saml_metadata("second") + " " * 40_000),
        saml(saml_metadata("second"), accepted=GOOD + " " * 40_000),
    ],
    ids=["not wanted", "entity", "unreadable", "unreadable before", "long", "long before"],
)
def test_what_is_not_surely_a_swap_of_certificates_is_only_told(provider: Subject) -> None:
    one = convention(SAML)
    drift = only(one.drifts(provider))
    assert (drift.remediable, one.remedy(drift)) == (False, None)


@pytest.mark.parametrize("text", [GOOD + "\n", GOOD.replace("\n", "")])
def test_metadata_that_is_written_anew_is_clean(text: str) -> None:
    assert list(convention(SAML).drifts(saml(text))) == []


def test_unreadable_metadata_that_was_accepted_as_it_is_is_clean() -> None:
    assert list(convention(SAML).drifts(saml("<no metadata>", accepted="<no metadata>"))) == []


def test_a_provider_without_accepted_metadata_is_told_as_such() -> None:
    unknown = saml(GOOD)
    provider = subject(
        unknown.ref, {**unknown.state, Facet.SAML_PROVIDER_REVIEWED: None}, unknown.path
    )
    drift = only(convention(SAML).drifts(provider))
    assert drift.says == "Nobody has accepted the SAML provider idp."
    assert not drift.remediable


def test_an_exchange_of_the_accepted_text_leaves_the_case_the_same() -> None:
    one = convention(SAML)
    first = only(one.drifts(saml(saml_metadata("second"))))
    again = only(one.drifts(saml(saml_metadata("second") + "\n", restore=False)))
    assert (first.key, first.state) == (again.key, again.state)


def test_the_provider_of_identity_center_is_left_alone() -> None:
    one, name = convention(SAML), "AWSSSO_0123456789abcdef_DO_NOT_DELETE"
    provider = saml(saml_metadata("second"), name=name)
    assert list(one.drifts(provider)) == list(one.judge(provider.ref, None)) == []


def test_a_deleted_provider_is_only_told() -> None:
    one = convention(SAML)
    drift = only(one.judge(SubjectRef("saml-provider", "idp", ACCOUNT), None))
    assert (drift.part, drift.remediable, one.remedy(drift)) == ("existence", False, None)


# --- trust anchors ---


@pytest.mark.parametrize("approved", [SOURCES[0], SOURCES[0].partition("/")[0] + "/*"])
def test_an_anchor_of_an_approved_private_authority_is_clean(approved: str) -> None:
    assert list(convention(ANCHOR, approved=(approved,)).drifts(anchor(SOURCES[0]))) == []


def test_an_anchor_of_an_approved_certificate_is_clean_however_that_is_written() -> None:
    (shown,) = only(convention(ANCHOR).drifts(anchor(SOURCES[1]))).found["trusts"]
    written = ":".join(shown[at : at + 2] for at in range(0, len(shown), 2)).upper()
    for approved in (shown, written):
        assert list(convention(ANCHOR, approved=(approved,)).drifts(anchor(SOURCES[1]))) == []


def test_every_certificate_of_a_bundle_must_be_approved() -> None:
    both = SOURCES[1] + SOURCES[1].replace("RVhB", "QUJD")
    (one, other) = only(convention(ANCHOR).drifts(anchor(both))).found["trusts"]
    assert only(convention(ANCHOR, approved=(one,)).drifts(anchor(both)))
    assert list(convention(ANCHOR, approved=(one, other)).drifts(anchor(both))) == []


@pytest.mark.parametrize("source", ["", "-----BEGIN X-----", SOURCES[1] + "-----BEGIN X-----"])
def test_an_authority_that_cannot_be_told_is_never_approved(source: str) -> None:
    drift = only(convention(ANCHOR, approved=("*",)).drifts(anchor(source)))
    assert drift.found["trusts"] == []
    assert len(list(convention(ANCHOR).advice(drift, None))) == 1


def test_a_wildcard_approves_no_certificate() -> None:
    assert only(convention(ANCHOR, approved=("*",)).drifts(anchor(SOURCES[1])))


# --- outbound tokens ---


def test_approved_tokens_are_not_looked_at_at_all() -> None:
    one = convention(OUTBOUND, approved_for="the data lake of a partner")
    assert one.watches == ()
    assert convention(OUTBOUND).watches
