"""Draws the main figures as pictures: `python -m benchmarks.page.pictures`, after `make bench`.

They are made of the JSON in `build/bench`, and stand in `docs/pictures`: the same figures make the same bytes. Each bar
is a multiple of the first one's length, since ratios are what can be compared. A picture follows the reader's light or
dark mode, has a ground of its own, and its figures as text for those who do not see it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from benchmarks.measuring.environments import ROOT
from benchmarks.measuring.report import FOLDER
from benchmarks.page.flame import draw_profile

__all__ = ["CHARTS", "PROFILES", "TARGETS", "Chart", "draw", "draw_targets"]

PICTURES = ROOT / "docs" / "pictures"
BARS, LETTER, ROW, TOP = 470, 7.9, 34, 56
STYLE = """
text { font: 15px system-ui, sans-serif; fill: #1c2b33 } .title { font-weight: 600; font-size: 17px }
.ground { fill: #ffffff; stroke: #d5dfe4 } .bar { fill: #9db2bd } .ours { fill: #00796b } .missed { fill: #c25e00 }
.note { font-size: 12px; fill: #4b6270 } line { stroke: #1c2b33; stroke-dasharray: 4 3 }
@media (prefers-color-scheme: dark) {
text { fill: #e4edf1 } .ground { fill: #14212a; stroke: #2d404c } .bar { fill: #5c7482 } .ours { fill: #4db6ac }
.missed { fill: #ffab66 } .note { fill: #a9bcc6 } line { stroke: #e4edf1 } }
"""


@dataclass(frozen=True)
class Chart:
    """A table that is drawn.

    Attributes:
        report: The benchmark's name.
        table: The title of its table.
        title: The title of the picture.
        column: The column that is drawn, of a table of figures that have several.
    """

    report: str
    table: str
    title: str
    column: str | None = None

    def values(self, report: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
        """Seconds by name, and their ratio to the first ones."""
        table = next(table for table in report["tables"] if table["title"] == self.table)
        if self.column is None:
            return {name: (row["median"], row["ratio"]) for name, row in table["seconds"].items()}
        seconds = {name: float(row[self.column].split()[0]) for name, row in table["figures"].items()}
        base = next(iter(seconds.values()))
        return {name: (value, value / base) for name, value in seconds.items()}


CHARTS = {
    "bench-cold-start": Chart("cold_start", "Cold start, estimated for 128 MB", "A cold start with 128 MB, estimated"),
    "bench-event": Chart("dispatch", "Warm event of 1 KB", "A warm event of 1 KB, JSON in and JSON out"),
    "bench-large-event": Chart("dispatch", "100 KB, untouched", "A warm event of 100 KB that no handler changes"),
    "bench-invoke": Chart("local_invocation", "One event, the whole process", "One event on one's own machine"),
    "bench-package": Chart("package", "Packaging the same plugin", "A package after a change of one line", "one line"),
}
TARGETS = "bench-targets"
PROFILES = {
    "bench-profile-import": ("import", "import biot_plugin over AWS's runtime client, by module"),
    "bench-profile-cold-start": ("cold start", "Init of a plugin in AWS's runtime client"),
    "bench-profile-event": ("1 KB event", "A warm event of 1 KB"),
    "bench-profile-package-one-line": ("package, one line", "biot-plugin package, one line changed"),
    "bench-profile-package-nothing": ("package, nothing", "biot-plugin package, nothing changed"),
    "bench-profile-direct-call": ("direct call", "The emulator's part of a warm direct call"),
    "bench-profile-invoke": ("invoke", "biot-plugin invoke, a bare function, all of its processes"),
}


@dataclass(frozen=True)
class _Bar:
    name: str
    value: float
    figure: str
    kind: str = "bar"


def draw(chart: Chart, report: Mapping[str, Any]) -> str:
    """Draw a chart as SVG.

    Args:
        chart: What is drawn.
        report: The benchmark's report, as its JSON has it.
    """
    bars = [
        _Bar(name, value, f"{_duration(value)}, x {ratio:.2f}", "ours" if name.startswith("biot") else "bar")
        for name, (value, ratio) in chart.values(report).items()
    ]
    return _picture(chart.title, bars, f"Medians of one run, less is better. {report['machine']}, {report['date']}.")


def draw_targets(reports: Iterable[Mapping[str, Any]]) -> str:
    """Draw what was measured of each target, as a multiple of the target, as SVG."""
    documents = list(reports)
    rows = [row for report in documents for row in report["ratios"] if row["target"] is not None]
    bars = [
        _Bar(
            row["title"],
            max(0.0, row["ratio"] / row["target"]),
            f"{row['ratio']:.2f} of {row['target']}",
            "ours" if row["ratio"] <= row["target"] else "missed",
        )
        for row in rows
    ]
    met = sum(bar.kind == "ours" for bar in bars)
    note = f"The line is the target, less is better. {documents[0]['machine']}, {documents[0]['date']}."
    return _picture(f"{met} of {len(bars)} figures meet their targets", bars, note, line=1.0)


def _duration(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{1e3 * seconds:.0f} ms" if seconds >= 0.01 else f"{1e6 * seconds:.0f} us"


def _picture(title: str, bars: list[_Bar], note: str, line: float | None = None) -> str:
    labels = 30 + round(LETTER * max(len(bar.name) for bar in bars))
    width, height = labels + BARS, TOP + ROW * len(bars) + 28
    text = "; ".join(f"{bar.name}: {bar.figure}" for bar in bars)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="t d">',
        f'<title id="t">{escape(title)}</title><desc id="d">{escape(text)}. {escape(note)}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="ground" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8"/>',
        f'<text class="title" x="12" y="30">{escape(title)}</text>',
        *_bars(bars, labels, line),
        f'<text class="note" x="12" y="{height - 10}">{escape(note)}</text></svg>',
    ]
    return "\n".join(lines) + "\n"


def _bars(bars: list[_Bar], labels: int, line: float | None) -> Iterator[str]:
    unit = (BARS - 160) / max(bar.value for bar in bars)
    for number, bar in enumerate(bars):
        y, length = TOP + ROW * number, unit * bar.value
        yield f'<text x="12" y="{y + 16}">{escape(bar.name)}</text>'
        yield f'<rect class="{bar.kind}" x="{labels}" y="{y}" width="{length:.0f}" height="22" rx="3"/>'
        beside = max(length, unit * line if line else 0)
        yield f'<text x="{labels + beside + 8:.0f}" y="{y + 16}">{escape(bar.figure)}</text>'
    if line:
        x, end = f"{labels + unit * line:.0f}", TOP + ROW * len(bars)
        yield f'<line x1="{x}" y1="{TOP - 8}" x2="{x}" y2="{end - 6}"/>'


def _reports() -> dict[str, Any]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def main() -> None:
    """Draws what was measured."""
    reports = _reports()
    for name, chart in CHARTS.items():
        if chart.report not in reports:
            raise SystemExit(f"{FOLDER / chart.report}.json is not there: run make bench first")
        PICTURES.joinpath(f"{name}.svg").write_text(draw(chart, reports[chart.report]), encoding="utf-8")
    for name, (profile, title) in PROFILES.items():
        report = reports.get("profiles")
        if report is None:
            raise SystemExit(f"{FOLDER / 'profiles'}.json is not there: run python -m benchmarks.profiles first")
        note = f"Each box as wide as its part of the time, below its caller. {report['machine']}, {report['date']}."
        text = draw_profile(title, report["profiles"][profile]["seconds"], report["profiles"][profile]["tree"], note)
        PICTURES.joinpath(f"{name}.svg").write_text(text, encoding="utf-8")
    PICTURES.joinpath(f"{TARGETS}.svg").write_text(draw_targets(reports.values()), encoding="utf-8")


if __name__ == "__main__":
    main()
