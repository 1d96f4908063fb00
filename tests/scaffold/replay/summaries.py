"""Results of replays that nobody has run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from biot_plugin_cli.replay.acceptance import Acceptance
from biot_plugin_cli.replay.codes.pair import Pair
from biot_plugin_cli.replay.differences.observation import Observation
from biot_plugin_cli.replay.result import Result, Summary
from biot_plugin_cli.replay.running.lane import Observations
from tests.scaffold.replay_codes import case, pair_of

USUAL = Observation(200, {}, {"name": "Ada"}, None, (), (), {}, 5.0, None, 30, False)


def observations(position: int, new: Any = None, *, again: Any = None, **answers: Any) -> Observations:
    """What became of an event, with other bodies of the present code, and of the older code in its second process."""
    bodies = [USUAL if body is None else replace(USUAL, body=body) for body in (again, new)]
    return Observations(case(position, **answers), USUAL, *bodies)


def result_of(*found: Observations) -> Result:
    result = Result()
    for item in found:
        result.add(item)
    return result


def summary_of(folder: Path, *found: Observations, accept: tuple[str, ...] = (), strict: bool = False) -> Summary:
    pair: Pair = pair_of(folder / "codes", "", "")
    return result_of(*found).summary(pair, Acceptance(accept), strict=strict, seconds=1.5)
