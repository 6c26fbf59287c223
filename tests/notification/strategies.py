"""Cases with any text in any field, hostile ones among them."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from rolecall.model.cases import Case, Origin, Status
from rolecall.model.drifts import Drift
from rolecall.model.scales import Mode, Severity
from rolecall.model.subjects import SubjectRef

# A whole case is many texts, and a busy machine takes its time to make one up.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

HOSTILE = (
    "<!channel>",
    "<!here|now>",
    "<@U012ABCDEF>",
    "<#C012ABCDEF>",
    "<https://evil.example|Console>",
    "see http://evil.example/now and HTTPS://EVIL.example",
    "&lt;!channel&gt; & <b>",
    "```\n*approved*\n```",
    "`rm -rf`",
    "bob\r\nBcc: everyone@evil.example",
    "\x1b[31mred\x1b[0m\x07\x00\x7f\x9b",
    "\u202egnp.exe\u2066\u200b\u200d\ufeff\u00ad\u2028\u2029\u3164\u115f\ufe0f\U000e0041",
    "\ud800\udfff",
    "*bold* _it_ ~no~ > quote",
    '"\\' * 3000,
    "x" * 5000,
    "💥" * 2000,
    " ",
)
# Surrogates are left out unless they are asked for.
texts = (
    st.sampled_from(HOSTILE)
    | st.text(st.characters(exclude_categories=()), max_size=60)
    | st.lists(st.sampled_from([*"<>!@#|`&:/\\. \n", "http", "://", "channel"])).map("".join)
)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
calls = st.fixed_dictionaries(
    {"call": texts, "parameters": st.dictionaries(texts, values, max_size=3)}
)
cases = st.builds(
    Case,
    id=texts,
    drift=st.builds(
        Drift,
        convention=texts,
        subject=st.builds(SubjectRef, kind=texts, name=texts, account=texts, region=texts),
        part=texts,
        says=texts,
        found=values,
        expected=values,
        before=values,
        remediable=st.booleans(),
    ),
    origin=st.builds(
        Origin,
        call=texts,
        event_id=texts,
        time=texts | st.just("2026-11-02T10:00:00Z") | st.just("2026-99-99T99:99:99Z"),
        actor=texts,
        through=texts,
        address=texts,
        account=texts,
        region=texts,
        replayed=st.booleans(),
    ),
    severity=st.sampled_from(Severity),
    mode=st.sampled_from(Mode),
    status=st.sampled_from(Status),
    reason=texts | texts.map("approved by {}".format) | texts.map("undone by {}".format),
    owner=texts,
    settings=texts,
    opened=texts | st.just("2026-11-02T10:00:02Z"),
    ended=texts | st.just("2026-11-02T10:00:03Z"),
    remedy=st.lists(st.fixed_dictionaries({"do": calls, "undo": calls}), max_size=2).map(tuple),
    advice=st.lists(texts | texts.map("aws iam {}".format), max_size=4).map(tuple),
    account_name=texts,
)
