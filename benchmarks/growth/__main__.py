"""How costs grow with what they depend on, as exponents: `python -m benchmarks.growth [LARGEST]`.

First what the other benchmarks measure: events, verification, commands, the emulator. Then each pattern and parser of
untrusted text, with texts that are hostile to its own grammar, of up to LARGEST characters: the seconds of processor
time of the worst of them. The exponent is that of the last step: 1 is linear, less is a cost that hardly depends on the
size yet. A row ends where the next text would take minutes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator

from benchmarks.growth.commands import commands
from benchmarks.growth.emulator import emulator
from benchmarks.growth.exponent import exponent
from benchmarks.growth.framework import framework
from benchmarks.growth.inputs import inputs
from benchmarks.growth.patterns import text_of, uses
from benchmarks.growth.rows import Row, Text, columns, is_worse
from benchmarks.measuring.report import Report

#: Characters of the longest hostile text, unless a number is named.
LARGEST = 1_000_000


def patterns() -> Iterator[Row]:
    def text(piece: str) -> Text:
        return lambda size: text_of(piece, size)

    for use in uses():
        yield Row(str(use), use, [text(piece) for piece in use.pieces()])


PARTS: dict[str, Callable[[], Iterator[Row]]] = {
    "framework": framework,
    "emulator": emulator,
    "commands": commands,
    "patterns": patterns,
}


def _measure_part(report: Report, name: str, rows: Iterator[Row], largest: int) -> dict[str, str]:
    """Measure all parsers of a part; return what is shown of the worst."""
    shown, exponents, worse = {}, {}, 0
    for row in rows:
        seconds = row.measure(largest)
        shown[row.name] = columns(seconds, largest)
        worse += is_worse(seconds)
        if (grows := exponent(seconds)) is not None:
            exponents[row.name] = grows
    report.add_figures(f"Hostile texts, {name}", shown)
    steepest, largest_exponent = max(exponents.items(), key=lambda item: item[1], default=("-", 0.0))
    return {
        "parsers": str(len(shown)),
        "largest exponent": f"{largest_exponent:.2f}",
        "which": steepest.partition(": ")[2] or steepest,
        "worse than linear": str(worse),
    }


def main() -> None:
    """Measures and prints."""
    import logging

    largest = int(sys.argv[1]) if len(sys.argv) > 1 else LARGEST
    os.environ["BIOT_SHOULD_VALIDATE_JWT"] = "false"
    report = Report("growth")
    report.add_figures("Growth", dict(inputs()))
    logging.disable()
    parts = {name: _measure_part(report, name, part(), largest) for name, part in PARTS.items()}
    report.add_figures("Hostile texts", parts)
    report.write()


if __name__ == "__main__":
    main()
