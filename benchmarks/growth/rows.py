"""One row of the table: a parser, and the texts that are hostile to its grammar."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.growth.exponent import exponent
from benchmarks.growth.patterns import PIECES, text_of

__all__ = ["SIZES", "Parse", "Row", "Text", "json_texts", "repeated"]

SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
#: A row ends where a text ten times as long took so many times as long, and as many seconds.
_TOO_FAST, _SECONDS = 40, 0.5
#: How many of the worst texts are tried at the next size.
_WORST = {10_000: 4, 100_000: 2, 1_000_000: 1}

Parse = Callable[[str], object]
Text = Callable[[int], str]


@dataclass(frozen=True)
class Row:
    """A parser, and the texts that are hostile to its grammar.

    Attributes:
        name: Where it is, and what it parses.
        parse: Parses a text, or refuses it.
        texts: The texts by their size.
        most: The longest text that is not refused before.
    """

    name: str
    parse: Parse
    texts: Sequence[Text]
    most: int = SIZES[-1]

    def measure(self, largest: int) -> dict[int, float]:
        """The seconds of the worst text of each size."""
        candidates, seconds = list(self.texts), dict[int, float]()
        for size in SIZES:
            if size > min(self.most, largest):
                break
            costs = [(_cost(self.parse, text(size)), text) for text in candidates]
            costs.sort(key=lambda pair: pair[0], reverse=True)
            seconds[size] = costs[0][0]
            candidates = [text for _, text in costs[: _WORST.get(size)]]
            if is_worse(seconds):
                break
        return seconds


def is_worse(seconds: dict[int, float]) -> bool:
    """Whether the last text took far more than so many times as long as it is longer."""
    values = list(seconds.values())
    return len(values) > 1 and values[-1] > _SECONDS and values[-1] > _TOO_FAST * values[-2]


def columns(seconds: dict[int, float], largest: int) -> dict[str, str]:
    """What is shown of a row: the seconds by size, and the exponent of the growth."""
    cells = {f"{size:,}": f"{seconds[size]:.4f}" if size in seconds else "-" for size in SIZES if size <= largest}
    grows = exponent(seconds)
    return {**cells, "exponent": "-" if grows is None else f"{grows:.2f}"}


def _cost(parse: Parse, text: str) -> float:
    start = time.process_time()
    try:
        parse(text)
    except (RecursionError, MemoryError):
        raise
    except Exception:  # most of it is refused
        pass
    return time.process_time() - start


def repeated(*more: str, before: str = "", after: str = "") -> list[Text]:
    """Texts that repeat a piece: the usual ones, and more of the grammar's own."""

    def text(piece: str) -> Text:
        return lambda size: before + text_of(piece, max(size - len(before) - len(after), 1)) + after

    return [text(piece) for piece in (*PIECES, *more)]


def json_texts() -> list[Text]:
    def nested(start: str, end: str) -> Text:
        return lambda size: start * (size // 8) + "1" * (start[-1] == ":") + end * (size // 8)

    def items(item: str) -> Text:
        return lambda size: "[" + ",".join([item] * (size // (len(item) + 1))) + "]"

    def wide(size: int) -> str:
        return '{"' + "n" * (size // 2) + '":{' + ",".join(f'"{number}":1' for number in range(size // 20)) + "}}"

    lists = ("1", "-0", "1.10", "1e400", '""', '"\\ud800"', "{}", '{"a":1}', "9" * 4300, "9" * 4301, f'"{"a-" * 400}"')
    digits: list[Text] = [lambda size: "9" * size, lambda size: "0." + "9" * size, lambda size: "1e" + "9" * size]
    closed = (("[", "]"), ('{"a":', "}"), ('[{"a":[', "]}]"))
    strings = repeated(before='"', after='"')
    return [*(nested(*pair) for pair in closed), *map(items, lists), wide, *digits, *strings, *repeated()]
