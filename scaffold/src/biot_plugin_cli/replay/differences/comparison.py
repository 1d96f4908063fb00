"""How two observations of one event differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from biot_plugin_cli.replay.differences.calls import compare_calls
from biot_plugin_cli.replay.differences.change import NOTHING, Difference
from biot_plugin_cli.replay.differences.json_values import compare_values
from biot_plugin_cli.replay.differences.names import header_name, safe_text
from biot_plugin_cli.replay.differences.observation import Observation

__all__ = ["compare"]

_NO_ERROR = "none"


def compare(old: Observation, new: Observation) -> list[Difference]:
    """Return the differences of two observations, each kind once."""
    return [*{difference.id: difference for difference in reversed([*_differences(old, new)])}.values()][::-1]


def _differences(old: Observation, new: Observation) -> Iterator[Difference]:
    if old.error != new.error:
        yield from _compare_errors(old.error, new.error)
    elif old.error is None:
        yield from _compare_replies(old, new)
    yield from compare_calls(old.calls, new.calls)
    yield from _compare_refusals(old, new)
    yield from _compare_levels(old.levels, new.levels)


def _compare_errors(old: str | None, new: str | None) -> Iterator[Difference]:
    before, after = safe_text(old or _NO_ERROR), safe_text(new or _NO_ERROR)
    if new is None:
        sentence = f"replies instead of failing with {before}"
    elif old is None:
        sentence = f"fails with {after} instead of replying"
    else:
        sentence = f"fails with {after} instead of {before}"
    yield Difference("error", f"{before}->{after}", sentence, before, after)


def _compare_replies(old: Observation, new: Observation) -> Iterator[Difference]:
    if old.status != new.status:
        place = f"{old.status}->{new.status}"
        yield Difference("status", place, f"status {new.status} instead of {old.status}", old.status, new.status)
    for name in [*old.headers, *(name for name in new.headers if name not in old.headers)]:
        value, new_value = old.headers.get(name, NOTHING), new.headers.get(name, NOTHING)
        if value != new_value:
            change = "added" if value is NOTHING else "removed" if new_value is NOTHING else "changed"
            shown = header_name(name)
            yield Difference(f"header-{change}", shown, f"{change} the header `{shown}`", value, new_value)
    yield from compare_values(old.body, new.body, "")


def _compare_refusals(old: Observation, new: Observation) -> Iterator[Difference]:
    """Name everything that could not be sent: what comes after it says nothing."""
    before = Counter(old.refused)
    for text in Counter(new.refused):
        also = "as the older code does" if text in before else "which the older code does not do"
        place = safe_text(text)
        yield Difference("refused", place, f"wants to reach `{place}`, {also}")
    for text in before:
        if text not in new.refused:
            place = safe_text(text)
            yield Difference("refused-removed", place, f"no longer wants to reach `{place}`")


def _compare_levels(old: Mapping[str, int], new: Mapping[str, int]) -> Iterator[Difference]:
    for level in sorted({*old, *new}):
        count, new_count = old.get(level, 0), new.get(level, 0)
        if count != new_count:
            change, more = ("added", "more") if new_count > count else ("removed", "fewer")
            sentence = f"logs {more} lines of the level {level}"
            yield Difference(f"log-{change}", level, sentence, count, new_count)
