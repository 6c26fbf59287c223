"""The report: what is seen of a scene, line by line as it comes."""

from collections.abc import Sequence

from rolecall.model.cases import Status
from rolecall.notification.telling import state
from rolecall_cli.demo.scene import Scene
from rolecall_cli.demo.screen import Screen
from rolecall_cli.demo.verdict import SILENT, Seen
from rolecall_cli.demo.watch import Post, Told


def opening(screen: Screen, number: int, scene: Scene) -> None:
    """Say who does what."""
    screen.act(f"{number:>2} · {scene.title}")
    if scene.note:
        screen.say(f"     {scene.note}", "dim")


def news(
    screen: Screen, start: float, told: Sequence[Told], posts: Sequence[Post], shown: set[str]
) -> None:
    """Show what was said and not shown yet.

    Args:
        screen: Where.
        start: When the deed was done.
        told: What the bus told of the scene's cases.
        posts: What Slack got about them.
        shown: What was shown already; more is added.
    """
    for one in told:
        key = f"{one.case.id} {state(one.case)}"
        if key not in shown:
            shown.add(key)
            _told(screen, start, one)
    for post in posts:
        key = f"{post.case_id} {post.state}"
        # An alert is shown below what it is about, even where it was faster than our own listening.
        if key in shown and f"Slack {key}" not in shown:
            shown.add(f"Slack {key}")
            screen.line(post.at - start, "alert", f'"{post.state}" in Slack', "magenta")


def _told(screen: Screen, start: float, told: Told) -> None:
    case, after = told.case, told.at - start
    if case.status is Status.REMEDIATED:
        calls = ", ".join(dict.fromkeys(str(step["do"]["call"]) for step in case.remedy))
        screen.line(after, "remedy", calls, "cyan")
        return
    reason = f": {case.reason}" if case.reason else ""
    screen.line(after, "verdict", case.drift.says, "yellow")
    screen.line(None, "", f"Case {case.id}, {case.severity}, is {case.status}{reason}.")
    screen.line(None, "", f"By {case.origin.actor}, with {case.origin.call}.")


def alert(screen: Screen, start: float, post: Post) -> None:
    """Show the headline of an alert."""
    screen.line(post.at - start, "alert", post.headline, "magenta")


def looked(screen: Screen, seen: Seen) -> None:
    """Show what the live account shows of a drift in the end."""
    after = seen.scene.after
    if after and seen.found == after.expected:
        screen.line(seen.settled, "verified", after.says, "green")
    elif after:
        screen.line(seen.settled, "wrong", f"It is not so that {after.says}.", "bold red")


def silent(screen: Screen, seen: Seen) -> None:
    """Show what came of a deed about which Rolecall must stay silent."""
    after = seen.scene.after
    outcomes = ", ".join(dict.fromkeys(one.outcome for one in seen.judged))
    well = f"; {after.says}" if after and seen.found == after.expected else ""
    style = "green" if seen.came == SILENT else "bold red"
    text = f"{seen.scene.title}: judged {outcomes or 'not in time'}{well}"
    screen.line(seen.settled, seen.came, text, style)
