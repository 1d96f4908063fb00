"""Draws the main figures as pictures: `python -m benchmarks.pictures`, after `make bench`.

They are made of the JSON in `build/bench`, and stand in `docs/pictures`. Each bar is a multiple of the first one's
length, since ratios are what can be compared. A picture follows the reader's light or dark mode, and has its figures
as text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from benchmarks.report import FOLDER

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
WIDTH, LABELS, ROW, TOP = 860, 380, 34, 56
STYLE = """
text { font: 15px system-ui, sans-serif; fill: #1c2b33 } .title { font-weight: 600; font-size: 17px }
rect { fill: #9db2bd } .ours { fill: #00796b } .note { font-size: 12px; fill: #4b6270 }
@media (prefers-color-scheme: dark) {
text { fill: #e4edf1 } rect { fill: #5c7482 } .ours { fill: #4db6ac } .note { fill: #a9bcc6 } }
"""


@dataclass(frozen=True)
class Chart:
    """A table that is drawn.

    Attributes:
        report: The benchmark's name.
        table: The title of its table.
        title: The title of the picture.
    """

    report: str
    table: str
    title: str


CHARTS = {
    "bench-cold-start": Chart("cold_start", "Cold start, estimated for 128 MB", "A cold start with 128 MB, estimated"),
    "bench-event": Chart("dispatch", "Warm event of 1 KB", "A warm event of 1 KB, JSON in and JSON out"),
    "bench-invoke": Chart("local_invocation", "One event, the whole process", "One event on one's own machine"),
}


def draw(chart: Chart, report: Mapping[str, Any]) -> str:
    """Draw a chart as SVG.

    Args:
        chart: What is drawn.
        report: The benchmark's report, as its JSON has it.
    """
    seconds = next(table["seconds"] for table in report["tables"] if table["title"] == chart.table)
    values = {name: row["median"] for name, row in seconds.items()}
    height = TOP + ROW * len(values) + 28
    note = f"Medians of one run, less is better. {report['machine']}, {report['date']}."
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{escape(chart.title)}</title><style>{STYLE}</style>",
        f'<text class="title" x="10" y="30">{escape(chart.title)}</text>',
        *_bars(values),
        f'<text class="note" x="10" y="{height - 10}">{escape(note)}</text></svg>',
    ]
    return "\n".join(lines) + "\n"


def _bars(values: Mapping[str, float]) -> Iterator[str]:
    base, most = next(iter(values.values())), max(values.values())
    for number, (name, value) in enumerate(values.items()):
        y, length = TOP + ROW * number, (WIDTH - LABELS - 160) * value / most
        kind = ' class="ours"' if name.startswith("biot") else ""
        yield f'<text x="10" y="{y + 16}">{escape(name)}</text>'
        yield f'<rect{kind} x="{LABELS}" y="{y}" width="{length:.0f}" height="22" rx="3"/>'
        figure = f"{1e3 * value:.3g} ms, x {value / base:.2f}"
        yield f'<text x="{LABELS + length + 8:.0f}" y="{y + 16}">{figure}</text>'


def main() -> None:
    """Draws what was measured."""
    for name, chart in CHARTS.items():
        path = FOLDER / f"{chart.report}.json"
        if not path.exists():
            raise SystemExit(f"{path} is not there: run make bench first")
        text = draw(chart, json.loads(path.read_text(encoding="utf-8")))
        PICTURES.joinpath(f"{name}.svg").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
