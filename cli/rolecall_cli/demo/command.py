"""`rolecall demo`: the real stack on an account inside this machine, from drift to undo."""

import os
import time

from rolecall.errors import RolecallError
from rolecall_cli.demo import closing, slack
from rolecall_cli.demo.build import built_stage
from rolecall_cli.demo.drifts import IN_FULL, UNDONE
from rolecall_cli.demo.inbox import inbox
from rolecall_cli.demo.play import Play
from rolecall_cli.demo.screen import Screen
from rolecall_cli.demo.surroundings import ended_gently
from rolecall_cli.demo.verdict import Seen, failures
from rolecall_cli.demo.watch import Watch
from rolecall_cli.embedded.safety import refuse_real_accounts

_INTRO = (
    "The stack of this project, built and deployed by sam to an AWS account inside this machine: "
    "no credentials, no cost, and nothing stays. People of that account make changes; Rolecall "
    "hears of them as CloudTrail would tell."
)


def demo() -> None:
    """Show the whole story on an embedded account: drift, verdict, alert, remedy, undo."""
    refuse_real_accounts(os.environ)
    screen = Screen()
    screen.say("Rolecall", "bold")
    screen.say(_INTRO)
    try:
        wrong = _staged(screen)
    except KeyboardInterrupt:
        screen.say("Stopped; nothing of the demo is left on this machine.")
        raise
    if wrong:
        raise RolecallError("\n".join(["The demo did not go as it should.", *wrong]))
    screen.say(closing.NEXT)


def _staged(screen: Screen) -> list[str]:
    watch, start = Watch(), time.monotonic()
    screen.act("1 · The stage")
    with (
        ended_gently(),
        inbox(watch.receive) as webhook,
        built_stage(screen, webhook) as stage,
        watch.listening(stage.account, stage.outputs["BusName"]),
    ):
        seen, wrong = _perform(Play(stage, watch, screen), screen)
        troubles = stage.troubles() if wrong else []
    closing.show(screen, seen, time.monotonic() - start)
    for trouble in troubles:
        screen.say(f"The functions logged: {trouble}", "red")
    return wrong


def _perform(play: Play, screen: Screen) -> tuple[list[Seen], list[str]]:
    """Perform all there is; gives what was seen and, in sentences, what was not as it should be."""
    screen.act("2 · Drifts: each is seen, told, put right and looked at")
    with screen.timed("drifts"):
        seen = play.drifts()
    screen.act("3 · What Slack shows: three alerts in full, the others' headlines")
    for one in seen:
        for post in one.posts[-1:]:
            slack.show(screen, post, whole=one.scene in IN_FULL)
    screen.act("4 · What only looks like a drift: Rolecall must stay silent")
    with screen.timed("look-alikes"):
        seen += play.look_alikes()
    seen = [play.with_late_news(one) for one in seen]
    screen.act("5 · One remedy is taken back, by an operator and with the operator's own rights")
    undone = next(one for one in seen if one.scene is UNDONE)
    if failures(undone):
        missing = ["So there was nothing to undo."]
    else:
        with screen.timed("undo"):
            again, alerted = play.undo(undone)
        seen = [*seen, again]
        missing = [] if alerted else ["Nobody was told of the undo."]
    wrong = [sentence for one in seen for sentence in failures(one)]
    return seen, [*wrong, *missing, *play.unexplained(seen)]
