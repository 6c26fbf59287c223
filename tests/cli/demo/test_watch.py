"""What is said is kept, and belongs to the records that brought it."""

import threading

from rolecall.model.cases import Status
from rolecall_cli.demo.watch import Watch
from tests.cli.demo.seen import EVENT, body, case


def _watch() -> Watch:
    return Watch(iter(range(100)).__next__)


def test_what_was_said_is_found_by_the_record_that_brought_it() -> None:
    watch = _watch()
    watch.hear(case(Status.PENDING))
    watch.receive(body(Status.PENDING))
    (told,), (post,) = watch.about((EVENT,))
    assert (told.case.status, told.at) == (Status.PENDING, 0)
    assert (post.case_id, post.state, post.at) == (told.case.id, "pending", 1)
    assert watch.about(("another",)) == ((), ())


def test_a_state_that_the_bus_repeats_counts_once_but_an_alert_that_came_twice_does_not() -> None:
    watch = _watch()
    for _ in range(2):
        watch.hear(case(Status.PENDING))
        watch.receive(body(Status.PENDING))
    told, posts = watch.about((EVENT,))
    assert (len(told), len(posts)) == (1, 2)


def test_a_post_that_is_no_message_of_rolecalls_belongs_to_no_case() -> None:
    watch = _watch()
    watch.receive({"text": "hello"})
    assert [post.headline for post in watch.posts({""})] == ["hello"]


def test_waiting_ends_with_the_news_and_otherwise_with_patience() -> None:
    watch = _watch()
    assert not watch.until(lambda: bool(watch.told), 0.01)
    threading.Timer(0.02, watch.hear, [case(Status.PENDING)]).start()
    assert watch.until(lambda: bool(watch.told), 5)
