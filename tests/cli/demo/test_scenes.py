"""The scenes tell the whole story, and fit the screen."""

import re

from rolecall.registry import convention_classes
from rolecall.settings.schema import validate
from rolecall_cli.demo.build import SETTINGS
from rolecall_cli.demo.closing import table
from rolecall_cli.demo.drifts import DRIFTS, IN_FULL, UNDO, UNDONE
from rolecall_cli.demo.look_alikes import LOOK_ALIKES
from rolecall_cli.demo.verdict import Seen

CALLS = {deed.call for scene in DRIFTS for deed in scene.deeds}


def test_every_convention_that_is_on_has_a_drift() -> None:
    shown = validate(SETTINGS, convention_classes())["conventions"]
    on = [id_ for id_, entry in shown.items() if entry["mode"] != "off"]
    assert len(on) == 7
    for id_ in on:
        # Two judge a change itself: root is shown, and only a thief can show the other.
        activity = id_ in {"root-usage", "own-role-used-by-others"}
        assert CALLS & set(convention_classes()[id_].watches) or activity
    assert {"root"} <= {scene.who for scene in DRIFTS}


def test_drifts_end_somewhere_and_look_alikes_in_silence() -> None:
    assert all(scene.ends for scene in DRIFTS)
    assert not any(scene.ends for scene in (*LOOK_ALIKES, UNDO))
    assert UNDONE in IN_FULL


def test_a_title_fits_its_column_at_80_columns() -> None:
    seen = [Seen(scene, 0.0, end=61.0) for scene in (*DRIFTS, *LOOK_ALIKES, UNDO)]
    assert len({one.scene.title for one in seen}) == len(seen)
    assert all(len(one.scene.title) <= 40 for one in seen)
    assert table(seen).row_count == len(seen)


def test_what_a_scene_says_is_no_sentence_of_its_own() -> None:
    for scene in (*DRIFTS, *LOOK_ALIKES, UNDO):
        assert not scene.after or re.fullmatch(r"[a-z].*[^.]", scene.after.says)
        assert not scene.note or scene.note.endswith(".")
