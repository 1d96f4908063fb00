"""How the calls of two codes to the platform differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from biot_plugin_cli.replay.differences.change import Difference
from biot_plugin_cli.replay.differences.json_values import compare_values
from biot_plugin_cli.replay.differences.names import call_name
from biot_plugin_cli.replay.differences.observation import Call

__all__ = ["compare_calls"]

Pairs = list[tuple[int, int]]


def compare_calls(old: Sequence[Call], new: Sequence[Call]) -> Iterator[Difference]:
    """Compare calls: those of one address with each other, in turn, whatever comes between them.

    A call of the present code without an answer is a difference by itself: what comes after it says nothing.
    """
    yield from _compare_pairs(old, new, _pairs(old, new))
    answered_before = {(call.method, call.path): call.is_answered for call in old}
    for call in new:
        if not call.is_answered:
            yield _unanswered(call, is_new=(call.method, call.path) not in answered_before)


def _compare_pairs(old: Sequence[Call], new: Sequence[Call], pairs: Pairs) -> Iterator[Difference]:
    for position, new_position in pairs:
        yield from _compare_call(old[position], new[new_position])
    matched, new_matched = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    for position, call in enumerate(old):
        if position not in matched:
            name = call_name(call.method, call.path)
            yield Difference("call-removed", name, f"no longer calls `{name}`")
    for position, call in enumerate(new):
        if position not in new_matched:
            name = call_name(call.method, call.path)
            yield Difference("call-added", name, f"calls `{name}`, as the older code does not")
    ordered = [new_position for _, new_position in sorted(pairs)]
    if ordered != sorted(ordered):
        late = next(pair for pair, position in zip(sorted(pairs), sorted(ordered), strict=True) if pair[1] != position)
        name = call_name(old[late[0]].method, old[late[0]].path)
        yield Difference("call-order", name, f"calls `{name}` and others in another order")


def _compare_call(old: Call, new: Call) -> Iterator[Difference]:
    name = call_name(new.method, new.path)
    if old.path != new.path:
        yield Difference("call-changed", f"{name}:path", f"calls `{name}` with another id", old.path, new.path)
    for part, value, new_value in (("query", old.query, new.query), ("body", old.body, new.body)):
        for difference in compare_values(value, new_value, part, "call-"):
            sentence = f"calls `{name}` with another request: {difference.sentence}"
            place = f"{name}:{difference.place}"
            yield Difference(difference.kind, place, sentence, difference.old, difference.new)


def _unanswered(call: Call, *, is_new: bool) -> Difference:
    name = call_name(call.method, call.path)
    also = "which the older code does not do" if is_new else "as the older code does"
    return Difference("unanswered", name, f"calls `{name}`, for which there is no answer, {also}")


def _pairs(old: Sequence[Call], new: Sequence[Call]) -> Pairs:
    """Pair calls of the same address, and of those that are left, calls of addresses with another id in them."""
    pairs: Pairs = []
    for name in (_exact, _grouped):
        paired, new_paired = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
        left = [position for position in range(len(old)) if position not in paired]
        new_left = [position for position in range(len(new)) if position not in new_paired]
        pairs += _pairs_by([(name(old[at]), at) for at in left], [(name(new[at]), at) for at in new_left])
    return pairs


def _pairs_by(old: Sequence[tuple[str, int]], new: Sequence[tuple[str, int]]) -> Pairs:
    waiting: dict[str, list[int]] = {}
    for name, position in reversed(new):
        waiting.setdefault(name, []).append(position)
    return [(position, waiting[name].pop()) for name, position in old if waiting.get(name)]


def _exact(call: Call) -> str:
    return f"{call.method} {call.path}"


def _grouped(call: Call) -> str:
    return call_name(call.method, call.path)
