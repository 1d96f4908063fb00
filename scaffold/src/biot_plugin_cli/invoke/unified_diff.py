"""The unified diff of two texts, in time that grows with their lines and not with the square of them.

The standard library compares each line with all lines that equal it. So it gets pieces of a bounded number of lines,
cut at lines that occur once in both texts; where a long piece has none, all of it is shown as replaced.
"""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

__all__ = ["unified_diff"]

_MAX_LINES = 1000
#: How often a piece is cut into smaller ones, in which more lines occur once.
_MAX_CUTS = 5

#: From and to in the one text, and in the other.
Piece = tuple[int, int, int, int]
#: Start in both texts, and length.
Block = tuple[int, int, int]


def unified_diff(before: Sequence[str], after: Sequence[str], names: tuple[str, str]) -> list[str]:
    """Compare two texts.

    Args:
        before: The lines of the one.
        after: The lines of the other.
        names: What the two are called in the first two lines of the diff.
    """
    if max(len(before), len(after)) <= _MAX_LINES:
        return list(difflib.unified_diff(before, after, *names, lineterm=""))
    lines = [line for hunk in _Matcher(before, after).get_grouped_opcodes() for line in _hunk(before, after, hunk)]
    return [f"--- {names[0]}", f"+++ {names[1]}", *lines] if lines else []


class _Matcher(difflib.SequenceMatcher[str]):
    """Finds the equal lines of texts of any length; what is made of them is the standard library's."""

    def __init__(self, before: Sequence[str], after: Sequence[str]) -> None:
        super().__init__(None, "", "")
        self._lines = before, after

    def get_matching_blocks(self) -> list[difflib.Match]:
        before, after = self._lines
        blocks: list[Block] = []
        for block in sorted(_blocks(before, after)):
            if blocks and (blocks[-1][0] + blocks[-1][2], blocks[-1][1] + blocks[-1][2]) == block[:2]:
                blocks[-1] = (*blocks[-1][:2], blocks[-1][2] + block[2])
            else:
                blocks.append(block)
        return [difflib.Match(*block) for block in (*blocks, (len(before), len(after), 0))]


def _blocks(before: Sequence[str], after: Sequence[str]) -> Iterator[Block]:
    pending: list[tuple[Piece, int]] = [((0, len(before), 0, len(after)), 0)]
    while pending:
        piece, cuts = pending.pop()
        head, tail, (start, end, other_start, other_end) = _without_ends(before, after, piece)
        yield from (block for block in (head, tail) if block[2])
        inner = start, end, other_start, other_end
        if max(end - start, other_end - other_start) <= _MAX_LINES:
            yield from _compared(before, after, inner)
        elif cuts < _MAX_CUTS:
            anchors = _anchors(before, after, inner)
            pending += ((part, cuts + 1) for part in _between(anchors, inner)) if anchors else ()
            yield from ((position, other, 1) for position, other in anchors)


def _without_ends(before: Sequence[str], after: Sequence[str], piece: Piece) -> tuple[Block, Block, Piece]:
    """Split the lines off that are equal at the beginning and at the end of both."""
    start, end, other_start, other_end = first, _, other_first, _ = piece
    while start < end and other_start < other_end and before[start] == after[other_start]:
        start, other_start = start + 1, other_start + 1
    length = 0
    while start < end and other_start < other_end and before[end - 1] == after[other_end - 1]:
        end, other_end, length = end - 1, other_end - 1, length + 1
    return (first, other_first, start - first), (end, other_end, length), (start, end, other_start, other_end)


def _compared(before: Sequence[str], after: Sequence[str], piece: Piece) -> Iterator[Block]:
    start, end, other_start, other_end = piece
    matcher = difflib.SequenceMatcher(None, before[start:end], after[other_start:other_end])
    for block in matcher.get_matching_blocks():
        if block.size:
            yield start + block.a, other_start + block.b, block.size


def _anchors(before: Sequence[str], after: Sequence[str], piece: Piece) -> list[tuple[int, int]]:
    """Find the lines that occur once in both, as many as have the same order in them."""
    start, end, other_start, other_end = piece
    counts, others = Counter(before[start:end]), Counter(after[other_start:other_end])
    places = {after[at]: at for at in range(other_start, other_end) if others[after[at]] == 1}
    pairs = [(at, places[before[at]]) for at in range(start, end) if counts[before[at]] == 1 and before[at] in places]
    return _longest_in_order(pairs)


def _longest_in_order(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Select the most pairs whose second numbers ascend, as their first ones do."""
    ends: list[int] = []
    last: list[int] = []
    previous: list[int] = []
    for index, (_, other) in enumerate(pairs):
        length = bisect_left(ends, other)
        previous.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [other]
        last[length : length + 1] = [index]
    selected: list[tuple[int, int]] = []
    index = last[-1] if last else -1
    while index >= 0:
        selected.append(pairs[index])
        index = previous[index]
    return selected[::-1]


def _between(anchors: Sequence[tuple[int, int]], piece: Piece) -> Iterator[Piece]:
    start, end, other_start, other_end = piece
    for at, other in anchors:
        yield start, at, other_start, other
        start, other_start = at + 1, other + 1
    yield start, end, other_start, other_end


def _hunk(
    before: Sequence[str], after: Sequence[str], codes: Sequence[tuple[str, int, int, int, int]]
) -> Iterator[str]:
    (_, start, _, other_start, _), (_, _, end, _, other_end) = codes[0], codes[-1]
    yield f"@@ -{_range(start, end)} +{_range(other_start, other_end)} @@"
    for tag, first, last, other_first, other_last in codes:
        if tag == "equal":
            yield from (f" {line}" for line in before[first:last])
            continue
        yield from (f"-{line}" for line in before[first:last])
        yield from (f"+{line}" for line in after[other_first:other_last])


def _range(start: int, end: int) -> str:
    """The first line, counted from one, and how many there are."""
    length = end - start
    return f"{start + 1}" if length == 1 else f"{start + 1 if length else start},{length}"
