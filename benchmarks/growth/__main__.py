"""How the cost of every pattern and parser of untrusted text grows with the text: `python -m benchmarks.growth`.

Each gets texts that are hostile to its own grammar. A row shows the seconds of processor time of the worst of them; ten
times the text is ten times the time where the growth is linear. A row ends where the next text would take minutes.
"""

from __future__ import annotations

import os

from benchmarks.growth.commands import commands
from benchmarks.growth.emulator import emulator
from benchmarks.growth.framework import framework
from benchmarks.growth.rows import SIZES, Text, row
from benchmarks.patterns import text_of, uses


def patterns() -> None:
    def text(piece: str) -> Text:
        return lambda size: text_of(piece, size)

    for use in uses():
        row(str(use), use, [text(piece) for piece in use.pieces()])


def main() -> None:
    """Measures and prints."""
    import logging

    logging.disable()
    os.environ["BIOT_SHOULD_VALIDATE_JWT"] = "false"
    print("Seconds of processor time, by characters of the worst text")
    print(f"  {'':<70}{''.join(f'{size:>11,}' for size in SIZES)}")
    for part in (framework, emulator, commands, patterns):
        print(f"\n{part.__name__}")
        part()


if __name__ == "__main__":
    main()
