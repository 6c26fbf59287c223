"""The laws of conventions. Each holds for every convention in the registry, whoever adds it."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rolecall.aws.facets import calls_for
from rolecall.convention import SECTIONS, Convention, Option, is_granting
from rolecall.detection.deciding import Facts, decide
from rolecall.detection.judging import judge, judge_everything
from rolecall.model.calls import Call
from rolecall.model.cases import Status
from rolecall.model.changes import Rejected
from rolecall.model.drifts import Drift
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.pointing import all_subjects, kinds_of, subjects
from rolecall.model.recorded import recorded
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.policy.documents import denies_only
from rolecall.protection import OWN_PATHS
from rolecall.registry import Registry, convention_classes
from rolecall.replaying.backtest import Backtest
from rolecall.replaying.memory import MemoryAccount
from tests.detection.staged import change, world
from tests.patterns import matches
from tests.samples import EVENTS, ROOT, Sample, all_samples, samples
from tests.states import ACCOUNT, BOUNDARIES, ref, states
from tests.world import ACTING, OWN_ROLE, World, settings
from tools import rules

_SETTINGS = settings(ACTING)
_REGISTRY = Registry(_SETTINGS.options, _SETTINGS.registered)

every_convention = pytest.mark.parametrize("convention", list(_REGISTRY), ids=lambda c: c.id)
every_sample = pytest.mark.parametrize("sample", list(samples()), ids=str)
every_state = pytest.mark.parametrize("sample", [s for s in all_samples() if s.is_state], ids=str)


def _opted_in() -> Iterator[Convention]:
    """Those that make some calls only with an option on, with it on."""
    for convention in convention_classes().values():
        names = set(convention.opt_in.values())
        if names:
            yield convention({name: _on(convention.options[name]) for name in names})


def _on(option: Option) -> Any:
    if option.choices:
        return option.choices[-1]
    # Days, for a number: fewer than since the older ones of the generated states.
    return option.default is False or 30


every_kind = pytest.mark.parametrize(
    ("convention", "kind"),
    [(c, kind) for c in (*_REGISTRY, *_opted_in()) if c.needs for kind in c.kinds()],
    ids=lambda value: getattr(value, "id", value),
)


def drifts_of(convention: Convention, account: MemoryAccount, of: SubjectRef) -> list[Drift]:
    return list(convention.judge(of, account.read(of, convention.reads(of.kind))))


def staged(sample: Sample) -> MemoryAccount:
    """An account in the state that the sample's record tells."""
    account, change = sample.state or MemoryAccount(), sample.change
    if not change.error:
        refs = all_subjects(change, _REGISTRY[sample.convention].kinds())
        account.stage(change, [ref for ref in refs if ref not in account.state])
    return account


# --- law 1: one name ---


@every_convention
def test_it_has_one_name_everywhere(convention: Convention) -> None:
    module = type(convention).__module__.rpartition(".")[2]
    assert convention.id == module.replace("_", "-")
    assert type(convention).__name__ == module.title().replace("_", "")
    assert (EVENTS / convention.id).is_dir()
    assert (ROOT / "docs/conventions" / f"{convention.id}.md").is_file()


def test_no_events_folder_is_without_its_convention() -> None:
    assert {path.name for path in EVENTS.iterdir()} == set(convention_classes())


# --- law 2: the docstring is the page ---


@every_convention
def test_its_first_line_states_the_good_state(convention: Convention) -> None:
    first = convention.good_state()
    assert first.endswith(".")
    assert first.split()[0] not in {"Ensure", "Check", "Detect", "Verify"}


@every_convention
def test_its_docstring_tells_why_how_remedy_and_undo(convention: Convention) -> None:
    for section in SECTIONS:
        assert convention.section(section), f"{section} is missing"


@every_convention
def test_it_names_a_standard_that_it_meets_and_none_twice(convention: Convention) -> None:
    assert convention.standards
    assert len(set(convention.standards)) == len(convention.standards)
    assert not convention.section("Standards"), "standards are data: `standards`"


# --- law 3: samples ---


@every_convention
def test_it_has_a_drift_and_a_clean_sample(convention: Convention) -> None:
    kinds = {s.path.name.partition("-")[0] for s in all_samples() if s.convention == convention.id}
    assert kinds == {"drift", "clean"}


@pytest.mark.peer(76, "policy-guard: 24 events are named by rules, eight are subscribed")
@every_sample
def test_a_sample_matches_a_generated_pattern_of_its_convention(sample: Sample) -> None:
    patterns = rules.patterns([_REGISTRY[sample.convention]], [OWN_ROLE])
    assert any(matches(pattern, sample.event) for pattern in patterns.values())


@every_sample
def test_a_sample_gets_the_verdict_of_its_name_live_and_in_a_backtest(sample: Sample) -> None:
    judged, rejected = judge(sample.change, _REGISTRY, _SETTINGS, staged(sample).read)
    assert not rejected
    live = {j.convention.id for j in judged if j.drifts}
    if sample.needs_stack:
        assert not live
        live = _conventions_told(sample)
    past = {
        past.drift.convention for past in Backtest(_REGISTRY, _SETTINGS).run([("x", sample.event)])
    }
    assert (sample.convention in live) is sample.is_drift
    assert (sample.convention in past) is (sample.is_drift and not sample.needs_stack)


def _conventions_told(sample: Sample) -> set[str]:
    """What a stack says of it that has just taken a policy off bob."""
    made = world()
    (case_id,) = made.detector.detect(change()).cases
    made.settle(case_id)
    told = made.detector.detect(sample.change).cases
    return {made.ledger.get(case_id).case.drift.convention for case_id in told}


@every_state
def test_a_state_gets_the_verdict_of_its_name_in_a_sweep_and_in_a_backtest(sample: Sample) -> None:
    account = sample.state
    assert account
    judged = list(judge_everything(account.everything(), _REGISTRY, _SETTINGS))
    found = {j.convention.id for j in judged if j.drifts}
    assert sample.convention in {j.convention.id for j in judged}
    past = {
        past.drift.convention for past in Backtest(_REGISTRY, _SETTINGS).run([("x", sample.event)])
    }
    assert (sample.convention in found, sample.convention in past) == (sample.is_drift,) * 2


# --- law 4: declared calls, and a way back for each ---


def _all_drifts(convention: Convention) -> list[Drift]:
    found = []
    for sample in samples():
        if sample.convention == convention.id and sample.is_drift:
            judged, _ = judge(sample.change, _REGISTRY, _SETTINGS, staged(sample).read)
            found += [d for j in judged if j.convention.id == convention.id for d in j.drifts]
    for sample in all_samples():
        if sample.convention == convention.id and sample.is_state and sample.state:
            swept = judge_everything(sample.state.everything(), _REGISTRY, _SETTINGS)
            found += [d for j in swept if j.convention.id == convention.id for d in j.drifts]
    return found


@pytest.mark.peer(77, "policy-guard: iam:DeletePolicyVersion is called but not granted")
@every_convention
def test_its_remedies_make_declared_calls_only_and_each_has_its_undo(
    convention: Convention,
) -> None:
    made = set()
    for drift in _all_drifts(convention):
        remedy = convention.remedy(drift)
        for step in remedy or ():
            made.add(step.do.name)
            assert step.undo.name
            assert step.undo != step.do
    assert made <= set(convention.remedies)
    assert bool(made) == bool(convention.may_call()), "a declared remedy that no sample shows"


# --- law 5: undo takes the remedy back; twice is once; nothing is granted ---


def _grants(account: MemoryAccount, of: SubjectRef) -> set[str]:
    """What the state grants, as texts: a remedy may only take some of them away."""
    state = account.state.get(of, {})
    granted: set[str] = set()
    for facet in (
        Facet.USER_INLINE_POLICIES, Facet.GROUP_INLINE_POLICIES, Facet.ROLE_INLINE_POLICIES,
    ):  # fmt: skip
        texts = state.get(facet, {}).items()
        granted |= {f"{facet} {name} {text}" for name, text in texts if not denies_only(text)}
    for facet in (
        Facet.USER_ATTACHED_POLICIES, Facet.GROUP_ATTACHED_POLICIES, Facet.ROLE_ATTACHED_POLICIES,
    ):  # fmt: skip
        granted |= {f"{facet} {arn}" for arn in state.get(facet, {})}
    for facet in (
        Facet.USER_ACCESS_KEYS, Facet.USER_SSH_KEYS, Facet.USER_SIGNING_CERTIFICATES,
    ):  # fmt: skip
        granted |= {key for key, status in state.get(facet, {}).items() if status == "Active"}
    credentials = state.get(Facet.USER_SERVICE_CREDENTIALS, {})
    granted |= {key for key, one in credentials.items() if one["status"] == "Active"}
    granted |= {f"{Facet.USER_GROUPS} {group}" for group in state.get(Facet.USER_GROUPS, ())}
    granted |= {f"member {name}" for name in state.get(Facet.GROUP_MEMBERS, ())}
    for facet in (Facet.USER_IDENTITY, Facet.ROLE_IDENTITY):
        if facet in state:
            boundary = state[facet]["boundary"]
            granted |= {f"within {arn}" for arn in BOUNDARIES if boundary in (None, arn)}
    if Facet.ROLE_SESSION_LIMIT in state:
        granted |= {f"{n} s" for n in range(0, state[Facet.ROLE_SESSION_LIMIT]["seconds"], 3600)}
    if state.get(Facet.ROLE_TRUST):
        statements = json.loads(state[Facet.ROLE_TRUST])["Statement"]
        granted |= {one for s in statements if s["Effect"] == "Allow" for one in _by_principal(s)}
    if state.get(Facet.INSTANCE_PROFILE):
        granted.add(state[Facet.INSTANCE_PROFILE])
    oidc = state.get(Facet.OIDC_PROVIDER_SETTINGS, {})
    granted |= {f"client {one}" for one in oidc.get("client_ids", ())}
    if state.get(Facet.TRUST_ANCHOR_SETTINGS, {}).get("enabled"):
        granted.add(state[Facet.TRUST_ANCHOR_SETTINGS]["source"])
    if state.get(Facet.ACCOUNT_OUTBOUND_FEDERATION, {}).get("enabled"):
        granted.add("web identity tokens")
    if state.get(Facet.IDENTITY_POOL_SETTINGS, {}).get("AllowUnauthenticatedIdentities"):
        granted.add("guests")
    return granted


def _by_principal(statement: dict[str, Any]) -> Iterator[str]:
    """The statement as if it were one for each principal that it names."""
    named = statement["Principal"]
    for kind, values in named.items() if isinstance(named, dict) else [("AWS", named)]:
        for value in values if isinstance(values, list) else [values]:
            yield json.dumps(statement | {"Principal": {kind: value}}, sort_keys=True)


# What is made anew is younger, and what others say of it is no part of it.
_NOT_MADE_ANEW = {Facet.GROUP_IDENTITY, Facet.OIDC_PROVIDER_ROLES, Facet.OIDC_PROVIDER_REVIEWED}


@pytest.mark.peer(29, "Repokid: on Python 3 its rollback deletes what it restored")
@every_kind
@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_undo_takes_the_remedy_back_and_the_remedy_only_takes_away(
    convention: Convention, kind: str, data: st.DataObject
) -> None:
    of = ref(kind)
    account = MemoryAccount()
    account.add(of, data.draw(states(kind)))
    for drift in drifts_of(convention, account, of):
        fresh = next((d for d in drifts_of(convention, account, of) if d.part == drift.part), None)
        remedy = convention.remedy(fresh) if fresh and fresh.remediable else None
        if remedy is None:
            continue
        before, granted = copy.deepcopy(account), _grants(account, of)
        answers = [account.make(step.do, of.region) for step in remedy]
        once = copy.deepcopy(account.state)
        for step in remedy:
            account.make(step.do, of.region)
        assert account.state == once, "a remedy applied twice must equal once"
        assert convention.widens or _grants(account, of) <= granted
        assert not [d for d in drifts_of(convention, account, of) if d.part == drift.part]
        for step, answer in reversed(list(zip(remedy, answers, strict=True))):
            account.make(step.undo.resolved(answer), of.region)
        if remedy.deletes(kind):
            for state in (account.state[of], before.state[of]):
                for facet in state.keys() & _NOT_MADE_ANEW:
                    del state[facet]
        assert (account.state, account.paths) == (before.state, before.paths)
        for step in remedy:  # leave it mended, for the next drift
            account.make(step.do, of.region)


# --- law 6: only what the drift names ---


@pytest.mark.peer(26, "Cloud Custodian #4205, #4513: one bad inline policy, and all are removed")
@every_kind
@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_a_remedy_ends_its_own_drift_and_leaves_every_other(
    convention: Convention, kind: str, data: st.DataObject
) -> None:
    of = ref(kind)
    account = MemoryAccount()
    account.add(of, data.draw(states(kind)))
    found = drifts_of(convention, account, of)
    for drift in found:
        remedy = convention.remedy(drift) if drift.remediable else None
        if remedy is None:
            continue
        other = copy.deepcopy(account)
        for step in remedy:
            other.make(step.do, of.region)
        left = {d.part for d in drifts_of(convention, other, of)}
        assert left == {d.part for d in found} - {drift.part}


# --- law 7: protected subjects are never written to ---


@pytest.mark.peer(39, "Cloud Custodian: one service-linked role aborts the run")
@every_convention
@pytest.mark.parametrize("path", [own.path for own in OWN_PATHS])
def test_what_lies_on_a_protected_path_is_told_and_never_written_to(
    convention: Convention, path: str
) -> None:
    for drift in _all_drifts(convention):
        decision = decide(drift, convention, _SETTINGS, Facts("2026-11-02", path))
        assert decision.status is Status.PROTECTED


@every_convention
def test_what_the_settings_protect_is_told_and_never_written_to(convention: Convention) -> None:
    for drift in _all_drifts(convention):
        text = ACTING.replace("]\n", f', "{drift.subject.arn}"]\n', 1)
        world = World(settings(text))
        decision = decide(drift, convention, world.settings, Facts("2026-11-02"))
        assert decision.status is Status.PROTECTED


# --- law 8: no convention's remedy wakes another one to a drift ---


def _subjects_of(call: Call, region: str) -> list[SubjectRef]:
    parameters = (("UserName", "user"), ("GroupName", "group"), ("RoleName", "role"))
    found = [
        SubjectRef(kind, call.parameters[parameter], ACCOUNT)
        for parameter, kind in parameters
        if parameter in call.parameters
    ]
    if call.name == "iam:CreatePolicy":
        path, name = call.parameters["Path"], call.parameters["PolicyName"]
        arn = f"arn:aws:iam::{ACCOUNT}:policy{path}{name}"
        found.append(SubjectRef("policy", arn, ACCOUNT))
    if call.name == "iam:SetDefaultPolicyVersion":
        found.append(SubjectRef("policy", call.parameters["PolicyArn"], ACCOUNT))
    for parameter, kind in (
        ("OpenIDConnectProviderArn", "oidc-provider"),
        ("SAMLProviderArn", "saml-provider"),
    ):
        if parameter in call.parameters:
            name = call.parameters[parameter].partition(f":{kind}/")[2]
            found.append(SubjectRef(kind, name, ACCOUNT))
    if "trustAnchorId" in call.parameters:
        name = call.parameters["trustAnchorId"]
        found.append(SubjectRef("trust-anchor", name, ACCOUNT, region))
    if call.name.endswith(("AccountPasswordPolicy", "OutboundWebIdentityFederation")):
        found.append(SubjectRef("account", ACCOUNT, ACCOUNT))
    if "IdentityPoolId" in call.parameters:
        pool = call.parameters["IdentityPoolId"]
        found.append(SubjectRef("identity-pool", pool, ACCOUNT, region))
    if "InstanceId" in call.parameters:
        found.append(SubjectRef("instance", call.parameters["InstanceId"], ACCOUNT, region))
    return found


@pytest.mark.peer(61, "iambic: own changes by spoke roles return as drift")
@every_convention
def test_its_remedy_leaves_nothing_that_the_remedied_call_would_wake_anyone_for(
    convention: Convention,
) -> None:
    for sample in samples():
        if sample.convention != convention.id or not sample.is_drift:
            continue
        account = staged(sample)
        judged, _ = judge(sample.change, _REGISTRY, _SETTINGS, account.read)
        for drift in (d for j in judged if j.convention.id == convention.id for d in j.drifts):
            for step in convention.remedy(drift) or ():
                account.make(step.do, drift.subject.region)
                refs = _subjects_of(step.do, drift.subject.region)
                assert refs
                for other in _REGISTRY.watching(step.do.name):
                    judged_kinds = kinds_of(step.do.name, other.kinds())
                    of_its_kinds = [one for one in refs if one.kind in judged_kinds]
                    parts = {d.part for of in of_its_kinds for d in drifts_of(other, account, of)}
                    assert drift.part not in parts


# --- law 9: one verdict, wherever the state comes from ---


@every_sample
def test_the_verdict_is_the_same_from_the_record_and_from_the_full_state(sample: Sample) -> None:
    convention = _REGISTRY[sample.convention]
    if not convention.needs or sample.change.error:
        return
    account = staged(sample)
    swept = {
        (d.subject, d.part)
        for judged in judge_everything(account.everything(), _REGISTRY, _SETTINGS)
        if judged.convention is convention
        for d in judged.drifts
    }
    for of in all_subjects(sample.change, convention.kinds()):
        whole = account.read(of, account.state.get(of, ()))
        parts = {(of, d.part) for d in convention.judge(of, whole)}
        assert whole is None or parts == {one for one in swept if one[0] == of}
        told = subject(of, recorded(sample.change, of))
        if not sample.state and told.knows(convention.needs_of(of.kind)):
            assert parts == {(of, d.part) for d in convention.drifts(told)}


# --- and what holds the laws up ---


@every_convention
def test_a_granting_remedy_is_declared_by_its_calls(convention: Convention) -> None:
    if convention.widens:
        assert any(is_granting(call) for call in convention.remedies)


@every_kind
@hypothesis_settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_it_reads_only_the_facets_it_needs(
    convention: Convention, kind: str, data: st.DataObject
) -> None:
    of = ref(kind)
    account = MemoryAccount()
    account.add(of, data.draw(states(kind)))
    for facets in (convention.needs_of(kind), convention.reads(kind)):
        assert len(set(facets)) == len(facets)
        bare: Subject | None = account.read(of, facets)
        assert bare is not None
        list(convention.drifts(bare))  # KeyError when it reads more


@every_convention
def test_what_judges_roles_reads_what_tells_their_path(convention: Convention) -> None:
    # Without it nobody knows whether a role is AWS's own, and nothing is written.
    if "role" in convention.kinds():
        assert "iam:GetRole" in calls_for(convention.reads("role"))


@pytest.mark.peer(
    2,
    "Cloud Custodian #873, #2668: a subject that is not found is a warning, and nothing is done",
)
@every_convention
def test_every_call_it_watches_has_a_sample_that_names_its_subject(convention: Convention) -> None:
    shown = {s.change.call: s for s in samples() if s.convention == convention.id}
    assert set(convention.watches) <= set(shown)
    for call in convention.watches:
        for kind in kinds_of(call, convention.kinds()):
            assert not isinstance(subjects(shown[call].change, kind), Rejected)
