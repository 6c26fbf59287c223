"""What the options of the conventions about service roles change."""

from typing import Any

from rolecall.model.drifts import Drift
from rolecall.registry import Registry
from rolecall.settings import Settings
from tests.settings.keys import Change
from tests.settings.yaml import text
from tests.states import ref

EC2 = "ec2-launched-with-profile"


def _profile(found: Settings) -> Any:
    instance = ref("instance")
    drift = Drift(EC2, instance, "profile", "It is so.", None)
    remedy = Registry(found.options)[EC2].remedy(drift)
    return [step.do.parameters["IamInstanceProfile"] for step in remedy or ()]


CHANGES: dict[str, Change] = {
    f"{EC2}.profile": (
        text(),
        text(f"conventions: {{{EC2}: {{profile: base}}}}\n"),
        _profile,
        [],
        [{"Name": "base"}],
    ),
    f"{EC2}.role": (
        text(),
        text(f"conventions: {{{EC2}: {{role: base}}}}\n"),
        lambda s: Registry(s.options)[EC2].option("role"),
        "",
        "base",
    ),
}
