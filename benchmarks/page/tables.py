"""Lays tables of a report out as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

__all__ = ["cell", "duration", "ratio_table", "shown", "tables"]


def tables(report: Mapping[str, Any], titles: Sequence[str]) -> Iterator[str]:
    """Lay tables of a report out as the lines of one Markdown table."""
    chosen = [next(table for table in report["tables"] if table["title"] == title) for title in titles]
    if "figures" in chosen[0]:
        yield from _figures(chosen[0])
        return
    yield f"| | {' | '.join(titles)} |"
    yield "| --- |" + " --- |" * len(titles)
    for name in dict.fromkeys(name for table in chosen for name in table["seconds"]):
        cells = (cell(table["seconds"][name]) if name in table["seconds"] else "" for table in chosen)
        yield f"| {shown(name)} | {' | '.join(cells)} |"


def _figures(table: Mapping[str, Any]) -> Iterator[str]:
    rows: Mapping[str, Mapping[str, str]] = table["figures"]
    columns = list(next(iter(rows.values())))
    yield f"| {table['title']} | {' | '.join(columns)} |"
    yield "| --- |" + " --- |" * len(columns)
    for name, row in rows.items():
        yield f"| {shown(name)} | {' | '.join(str(row[column]) for column in columns)} |"


def cell(of: Mapping[str, float]) -> str:
    spread = f" ({duration(of['low'])} to {duration(of['high'])})" if of.get("high", 0) > of.get("low", 0) else ""
    return f"{duration(of['median'])}{spread}, **{of['ratio']:.2f}**"


def duration(seconds: float) -> str:
    for least, factor, unit in ((1.0, 1, "s"), (1e-3, 1e3, "ms")):
        if abs(seconds) >= least:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.0f} µs"


def ratio_table(title: str, ratios: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    """A table of ratios by row and column."""
    columns = list(next(iter(ratios.values())))
    yield f"{f'| {title}'.rstrip()} | {' | '.join(columns)} |"
    yield "| --- |" + " --- |" * len(columns)
    for name, row in ratios.items():
        yield f"| {name} | {' | '.join(f'{row[column]:.2f}' for column in columns)} |"


def shown(name: str) -> str:
    return re.sub(r"\b(biot_plugin|biot-plugin \w+|json\.\w+|plugin\.\w+|--help)(\b|$)", r"`\1`", name)
