"""How Slack is reached, what becomes of its refusals, and that the webhook's address never gets out."""

import json
import logging
import os
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from urllib.error import URLError

import pytest

from rolecall.channels import slack_webhook
from rolecall.channels.slack import Slack
from rolecall.channels.slack_blocks import payload
from rolecall.errors import DeliveryError, SecretError
from rolecall.notification.message import message
from rolecall.notification.notify import Channel
from tests.channels.fake_slack import (
    OK,
    Answer,
    FakeSlack,
    answer,
    hang_up,
    running,
    talk_nonsense,
)
from tests.notification.cases import STACK, attached

CANARY = "cAnArYsEcReT"
PATH = f"/services/T000{CANARY}/B000{CANARY}/{CANARY}"
SECRET = "rolecall/slack"
LOCAL = frozenset({"127.0.0.1"})


@pytest.fixture
def fake() -> Iterator[FakeSlack]:
    with running() as found:
        yield found


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    return slept


def slack_at(url: str, hosts: frozenset[str] = LOCAL) -> Slack:
    return Slack(lambda: url, SECRET, hosts=hosts)


def deliver(channel: Channel) -> None:
    channel.deliver(message(attached(), STACK), attached())


def refusal(channel: Channel) -> DeliveryError:
    with pytest.raises(DeliveryError) as raised:
        deliver(channel)
    return raised.value


def all_of(error: BaseException) -> str:
    """Everything that anyone could print of an error, locals included, from our code on."""
    inner = error.__traceback__
    while inner and inner.tb_frame.f_code.co_filename == __file__:
        inner = inner.tb_next  # these tests know the address themselves
    assert inner
    told = traceback.TracebackException(type(error), error, inner, capture_locals=True)
    return "".join([str(error), repr(error), repr(vars(error)), *told.format()])


def test_the_alert_reaches_slack_as_rendered(fake: FakeSlack) -> None:
    deliver(slack_at(fake.url(PATH)))
    assert fake.paths == [PATH]
    assert fake.bodies == [json.loads(json.dumps(payload(message(attached(), STACK))))]


def test_a_short_rate_limit_is_waited_out(fake: FakeSlack, waits: list[float]) -> None:
    fake.answers = [answer(429, Retry_After="1"), answer(429, Retry_After="2"), OK]
    deliver(slack_at(fake.url(PATH)))
    assert len(fake.paths) == 3
    assert [int(wait) for wait in waits] == [1, 2]


def test_a_rate_limit_that_does_not_say_how_long_is_waited_out(
    fake: FakeSlack, waits: list[float]
) -> None:
    fake.answers = [answer(429), OK]
    deliver(slack_at(fake.url(PATH)))
    assert (len(fake.paths), len(waits)) == (2, 1)


def test_a_server_error_is_tried_once_more(fake: FakeSlack, waits: list[float]) -> None:
    fake.answers = [answer(503), OK]
    deliver(slack_at(fake.url(PATH)))
    assert (len(fake.paths), len(waits)) == (2, 1)


@pytest.mark.peer(
    65,
    "Cloud Custodian: on Slack 429 its mailer sleeps, does not send again and deletes the message",
)
@pytest.mark.parametrize("asked", ["3600", "soon", "-1", ""])
def test_a_long_or_odd_rate_limit_is_left_to_the_queue(
    fake: FakeSlack, waits: list[float], asked: str
) -> None:
    fake.answers = [answer(429, Retry_After=asked)]
    assert "slow down (429)" in str(refusal(slack_at(fake.url(PATH))))
    assert (len(fake.paths), waits) == (1, [])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (answer(400, "invalid_blocks"), "Slack refused the alert (400 invalid_blocks): "),
        (answer(403, "action_prohibited"), "no longer knows the webhook (403 action_prohibited): "),
        (answer(404, "no_service"), "no longer knows the webhook (404 no_service): make a new one"),
        (
            answer(410, "channel_is_archived"),
            "no longer knows the webhook (410 channel_is_archived)",
        ),
        (answer(200, "no_text"), "Slack refused the alert (200 no_text): "),
        (answer(200, ""), "Slack refused the alert (200): "),
        (answer(500, "server_error"), "Slack is in trouble (500 server_error); "),
        (answer(307, Location="/elsewhere"), "answered with a redirect (307)"),
    ],
)
def test_a_refusal_is_one_sentence_that_says_what_to_do(
    fake: FakeSlack, waits: list[float], given: Answer, said: str
) -> None:
    fake.answers = [given] * 4
    text = str(refusal(slack_at(fake.url(PATH))))
    assert said in text
    assert text.endswith(".")
    assert len(waits) <= 1


def test_the_way_to_a_new_webhook_names_the_secret(fake: FakeSlack) -> None:
    fake.answers = [answer(404, "no_service")]
    command = (
        "aws secretsmanager put-secret-value --secret-id rolecall/slack --secret-string file://"
    )
    assert command in str(refusal(slack_at(fake.url(PATH))))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", ["/elsewhere", "http://169.254.169.254/latest/meta-data/"])
def test_no_redirect_is_followed(fake: FakeSlack, status: int, target: str) -> None:
    fake.answers = [answer(status, Location=target)]
    refusal(slack_at(fake.url(PATH)))
    assert fake.paths == [PATH]


def test_a_slow_slack_is_not_waited_for(fake: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack_webhook, "TIMEOUT", 0.1)
    fake.answers = [fake.silence]
    started = time.monotonic()
    assert "could not be reached (TimeoutError)" in str(refusal(slack_at(fake.url(PATH))))
    assert time.monotonic() - started < 5


def test_the_secret_is_kept_for_five_minutes(fake: FakeSlack) -> None:
    now, reads = [1000.0], []

    def read() -> str:
        reads.append(now[0])
        return fake.url(PATH)

    slack = Slack(read, SECRET, hosts=LOCAL, clock=lambda: now[0])
    for moment in (1000.0, 1299.9, 1300.0, 1301.0):
        now[0] = moment
        deliver(slack)
    assert reads == [1000.0, 1300.0]


def test_a_revoked_webhook_is_read_anew(fake: FakeSlack) -> None:
    addresses = [fake.url("/services/old"), fake.url("/services/new")]
    slack = Slack(lambda: addresses.pop(0), SECRET, hosts=LOCAL)
    fake.answers = [answer(404, "no_service"), OK]
    refusal(slack)
    deliver(slack)
    assert fake.paths == ["/services/old", "/services/new"]


@pytest.mark.parametrize(
    "address",
    [
        f"https://hooks.slack.com{PATH}",
        f"https://hooks.slack-gov.com{PATH}",
        f"  https://hooks.slack.com{PATH}\n",
    ],
)
def test_slacks_own_hosts_are_the_only_ones(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []

    def post(url: str, body: dict[str, object]) -> tuple[int, str]:
        assert body["blocks"]
        sent.append(url)
        return 200, "ok"

    monkeypatch.setattr(slack_webhook, "post", post)
    deliver(Slack(lambda: address, SECRET))
    assert sent == [address.strip()]


@pytest.mark.parametrize(
    "address",
    [
        "",
        CANARY,
        f'{{"url": "https://hooks.slack.com{PATH}"}}',
        f"http://hooks.slack.com{PATH}",
        f"https://hooks.slack.com.evil.example{PATH}",
        f"https://evil.example{PATH}",
        f"https://hooks.slack.com@evil.example{PATH}",
        f"https://evil.example#hooks.slack.com{PATH}",
        f"https://hooks.slack.com:8443{PATH}",
        f"https://hooks.slack.com\\@evil.example{PATH}",
        f"https://hooks.slack.com{PATH}?x=1",
        f"https://hooks.slack.com{PATH}\r\nHost: evil.example",
        f"https://hooks.slack.com{PATH}\u0661",
        f"http://127.0.0.1:8080{PATH}",
        f"http://169.254.169.254{PATH}",
        f"file://{PATH}",
        f"//hooks.slack.com{PATH}",
    ],
)
def test_a_secret_that_is_no_slack_webhook_is_refused_and_not_shown(
    address: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(slack_webhook, "post", None)
    with pytest.raises(SecretError, match="aws secretsmanager put-secret-value") as raised:
        deliver(Slack(lambda: address, SECRET))
    assert CANARY not in all_of(raised.value) + caplog.text


def test_plain_http_needs_leave_and_is_for_this_machine_only() -> None:
    for hosts in (frozenset({"evil.example"}), frozenset({"127.0.0.1"})):
        with pytest.raises(SecretError):
            deliver(slack_at(f"http://evil.example{PATH}", hosts))


def test_what_the_secret_reader_says_is_passed_on() -> None:
    def read() -> str:
        raise SecretError("The secret rolecall/slack cannot be read (AccessDenied).")

    with pytest.raises(SecretError, match="AccessDenied"):
        deliver(Slack(read, SECRET))


ECHO = f"error at http://127.0.0.1{PATH}"
FAILURES: dict[str, list[Answer]] = {
    "rate limit": [answer(429, ECHO, Retry_After="1")] * 3,
    "long rate limit": [answer(429, ECHO, Retry_After="3600")],
    "server error": [answer(500, ECHO)] * 2,
    "bad gateway": [answer(502, ECHO)],
    "bad request": [answer(400, ECHO)],
    "forbidden": [answer(403, ECHO)],
    "gone": [answer(410, ECHO)],
    "not ok": [answer(200, ECHO)],
    "redirect": [answer(302, ECHO, Location=f"http://169.254.169.254{PATH}")],
    "kept redirect": [answer(308, ECHO, Location=f"http://127.0.0.1:1{PATH}")],
    "odd charset": [answer(400, ECHO, Content_Type="text/plain; charset=x-none")],
    "hang-up": [hang_up],
    "nonsense": [talk_nonsense],
}


def watch(caplog: pytest.LogCaptureFixture) -> None:
    # slack_sdk logs the address on DEBUG, and on INFO when it tries again.
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="slack_sdk")


def check(
    channel: Slack, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    error = refusal(channel)
    assert error.__cause__ is None
    assert error.__context__ is None
    out, err = capfd.readouterr()
    everything = all_of(error) + caplog.text + out + err + repr(channel) + repr(vars(channel))
    assert CANARY not in everything
    assert "127.0.0.1" not in str(error)


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("failure", FAILURES)
def test_no_failure_tells_the_address(
    failure: str,
    fake: FakeSlack,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    watch(caplog)
    fake.answers = list(FAILURES[failure])
    check(slack_at(fake.url(PATH)), caplog, capfd)
    assert fake.answers == []


def test_a_timeout_does_not_tell_the_address(
    fake: FakeSlack,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    watch(caplog)
    monkeypatch.setattr(slack_webhook, "TIMEOUT", 0.1)
    fake.answers = [fake.silence]
    check(slack_at(fake.url(PATH)), caplog, capfd)


def test_a_closed_port_does_not_tell_the_address(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    watch(caplog)
    with running() as fake:
        url = fake.url(PATH)
    check(slack_at(url), caplog, capfd)


def test_a_name_that_is_not_found_does_not_tell_the_address(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    watch(caplog)
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    slack = Slack(lambda: f"https://hooks.slack.com{PATH}", SECRET)
    check(slack, caplog, capfd)
    assert "(gaierror)" in str(refusal(slack))


def test_whatever_the_library_raises_does_not_tell_the_address(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def fail() -> None:
        raise URLError(f"certificate verify failed for https://hooks.slack.com{PATH}")

    watch(caplog)
    monkeypatch.setattr(slack_webhook, "_opener", fail)
    slack = Slack(lambda: f"https://hooks.slack.com{PATH}", SECRET)
    check(slack, caplog, capfd)
    assert "(URLError)" in str(refusal(slack))


def test_slack_sdk_and_other_heavy_things_are_not_imported_before_the_first_delivery() -> None:
    program = (
        "import sys\n"
        "from rolecall.channels import sns\n"
        "from rolecall.channels.slack import Slack\n"
        "from rolecall.notification.notify import Notifier\n"
        "Slack(lambda: '', 'x')\n"
        "heavy = {'slack_sdk', 'pydantic', 'boto3', 'botocore', 'ruamel', 'urllib.request', 'ssl'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    # Coverage, which imports much, stays out of this process.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COV")}
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment
    )
    assert ran.stdout == "[]\n"
