"""What a page shows on a terminal, and whether a program has printed it.

A line of `...` stands for any lines, and `…` or ` ...` within a line for any text. Durations, sizes, ports, dates and
hashes are others each time, so that any of the kind is right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["INTERRUPT", "Exchange", "missing_line", "pattern", "read_exchanges"]

#: The line of a page that stands for Ctrl-C.
INTERRUPT = "^C"

_PROMPT, _GOES_ON = "$ ", "> "
_UNFINISHED = ("\\", "|", "&&")
_ANY = "..."
# Each is replaced by an expression that both `re` and `grep -E` read.
_VARIABLE = re.compile(
    r"(?P<text>…| ?\.\.\.)"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?)(?= (?:of [0-9.]+ )?(?:ms|s|MB|kB|KB|B|bytes|seconds)\b)"
    r"|(?P<port>(?<=127\.0\.0\.1:)[0-9]+)"
    r"|(?P<date>\b20[0-9]{2}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]+Z?)?)"
    r"|(?P<uuid>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)"
    r"|(?P<hash>\b(?=[0-9a-f]*[0-9])[0-9a-f]{7,64}\b)"
)
_EXPRESSIONS = {
    "text": ".*",
    "number": "[0-9.]+",
    "port": "[0-9]+",
    "date": "20[0-9T:. -]+Z?",
    "uuid": "[0-9a-f-]{36}",
    "hash": "[0-9a-f]+",
}
_SPECIAL = re.compile(r"[][.{}()*+?^$|\\]")


@dataclass(frozen=True)
class Exchange:
    """A command as somebody types it, and the lines that follow it.

    Attributes:
        command: The command; empty for what a program prints that was started before.
        lines: The lines that the page shows.
    """

    command: str
    lines: tuple[str, ...] = ()


def read_exchanges(text: str) -> list[Exchange]:
    """Read the exchanges of a `console` block."""
    exchanges: list[Exchange] = []
    command, lines = "", list[str]()
    unfinished = False
    for line in text.splitlines():
        if line.startswith(_PROMPT):
            exchanges.append(Exchange(command, tuple(lines)))
            command, lines = line.removeprefix(_PROMPT), []
        elif unfinished:
            command += f"\n{line.removeprefix(_GOES_ON)}"
        else:
            lines.append(line)
            continue
        unfinished = line.endswith(_UNFINISHED)
    exchanges.append(Exchange(command, tuple(lines)))
    return [exchange for exchange in exchanges if exchange.command or exchange.lines]


def pattern(line: str) -> str:
    """Return the regular expression of a line, for `re` and for `grep -E`."""
    parts, end = list[str](), 0
    for match in _VARIABLE.finditer(line):
        parts += [_SPECIAL.sub(r"\\\g<0>", line[end : match.start()]), _EXPRESSIONS[str(match.lastgroup)]]
        end = match.end()
    return "".join([*parts, _SPECIAL.sub(r"\\\g<0>", line[end:])])


def missing_line(shown: tuple[str, ...], printed: str) -> str | None:
    """Return the first line of a page that was not printed where it is shown; None if all were."""
    rest = [line.rstrip() for line in printed.splitlines() if line.strip()]
    anywhere = False
    for line in filter(str.strip, shown):
        if line.strip() in (_ANY, INTERRUPT):
            anywhere = True
            continue
        expression = re.compile(pattern(line.rstrip()))
        places = range(len(rest)) if anywhere else range(min(1, len(rest)))
        place = next((number for number in places if expression.fullmatch(rest[number])), None)
        if place is None:
            return line
        rest, anywhere = rest[place + 1 :], False
    return None
