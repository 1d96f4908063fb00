"""Writes what was measured into the documentation: `python -m benchmarks.page`, after `make bench`.

A page has a line that names a report of `build/bench` and the titles of its tables, and what stands from there to the
line of its end is written anew:

    <!-- figures of dispatch: 1 KB, untouched | 100 KB, untouched -->
    <!-- end of figures -->

Tables that are named together become one, with a column for each. `ratios` in place of titles lists the targets, and of
the report `all`, `versions` lists what was compared. Pictures are drawn as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import pictures
from benchmarks.report import FOLDER

__all__ = ["rewrite", "tables"]

DOCUMENTS = Path(__file__).parents[1] / "docs"
PAGES = ("performance.md", "at-scale.md")
_REGION = re.compile(r"(<!-- figures of (\w+): (.+?) -->\n)(.*?)(<!-- end of figures -->)", re.DOTALL)


def rewrite(page: str, report: Callable[[str], Mapping[str, Any]]) -> str:
    """Write all figures of a page anew.

    Args:
        page: The page.
        report: What returns a report by its name, as its JSON has it.
    """

    def replaced(region: re.Match[str]) -> str:
        of = report(region[2])
        lines = _SPECIAL[region[3]](of) if region[3] in _SPECIAL else tables(of, region[3].split(" | "))
        return region[1] + "\n" + "\n".join(lines) + "\n\n" + region[5]

    return _REGION.sub(replaced, page)


def tables(report: Mapping[str, Any], titles: Sequence[str]) -> Iterator[str]:
    """Lay tables of a report out as the lines of one Markdown table."""
    chosen = [next(table for table in report["tables"] if table["title"] == title) for title in titles]
    if "figures" in chosen[0]:
        yield from _figures(chosen[0])
        return
    yield f"| | {' | '.join(titles)} |"
    yield "| --- |" + " --- |" * len(titles)
    for name in dict.fromkeys(name for table in chosen for name in table["seconds"]):
        cells = (_cell(table["seconds"], table["base"], name) if name in table["seconds"] else "" for table in chosen)
        yield f"| {_shown(name)} | {' | '.join(cells)} |"


def _figures(table: Mapping[str, Any]) -> Iterator[str]:
    rows: Mapping[str, Mapping[str, str]] = table["figures"]
    columns = list(next(iter(rows.values())))
    yield f"| {table['title']} | {' | '.join(columns)} |"
    yield "| --- |" + " --- |" * len(columns)
    for name, row in rows.items():
        yield f"| {_shown(name)} | {' | '.join(str(row[column]) for column in columns)} |"


def _cell(seconds: Mapping[str, Mapping[str, float]], base: str, name: str) -> str:
    of = seconds[name]
    spread = f" ({_duration(of['low'])} to {_duration(of['high'])})" if of.get("high", 0) > of.get("low", 0) else ""
    return f"{_duration(of['median'])}{spread}, **{of['median'] / seconds[base]['median']:.2f}**"


def _duration(seconds: float) -> str:
    for least, factor, unit in ((1.0, 1, "s"), (1e-3, 1e3, "ms")):
        if seconds >= least:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.0f} µs"


def _targets(report: Mapping[str, Any]) -> Iterator[str]:
    yield "| figure | target | measured | |"
    yield "| --- | --- | --- | --- |"
    for row in report["ratios"]:
        target, ratio = row["target"], row["ratio"]
        verdict = "" if target is None else "met" if ratio <= target else "**not met**"
        yield f"| {_shown(row['title'])} | {'' if target is None else target} | {ratio:.2f} | {verdict} |"


def _versions(reports: Mapping[str, Any]) -> Iterator[str]:
    """What was compared, by benchmark, and where and when."""
    yield "| measured by | on | machine | versions |"
    yield "| --- | --- | --- | --- |"
    for name, report in reports.items():
        versions = ", ".join(f"{each} {number}" for each, number in report["versions"].items())
        yield f"| `benchmarks.{name}` | {report['date']} | {report['machine']} | {versions} |"


def _by_entities(report: Mapping[str, Any]) -> Iterator[str]:
    """The ratios of `ADAPT_ENTITY, COUNT entities, MODEL`, a row for each model."""
    ratios: dict[str, dict[str, float]] = {}
    for table in report["tables"]:
        _, entities, model = table["title"].split(", ")
        alone, ours = (row["median"] for row in table["seconds"].values())
        ratios.setdefault(model, {})[entities] = ours / alone
    yield from _ratio_table("", ratios)


def _verification(report: Mapping[str, Any]) -> Iterator[str]:
    """The ratios of `SIZE, KIND, verification`: a row for each kind, a column for each size."""
    ratios: dict[str, dict[str, float]] = {}
    for table in report["tables"]:
        size, _, rest = table["title"].partition(", ")
        kind, _, what = rest.partition(", ")
        if what == "verification":
            without, with_ = (row["median"] for row in table["seconds"].values())
            ratios.setdefault(kind, {})[size] = with_ / without
    yield from _ratio_table("with verification, over without", ratios)


def _ratio_table(title: str, ratios: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    """A table of ratios by row and column."""
    columns = list(next(iter(ratios.values())))
    yield f"{f'| {title}'.rstrip()} | {' | '.join(columns)} |"
    yield "| --- |" + " --- |" * len(columns)
    for name, row in ratios.items():
        yield f"| {name} | {' | '.join(f'{row[column]:.2f}' for column in columns)} |"


def _profile(name: str) -> Callable[[Mapping[str, Any]], Iterator[str]]:
    """The functions that take most, with what they call and without."""

    def rows(report: Mapping[str, Any]) -> Iterator[str]:
        tree, seconds = report["profiles"][name]["tree"], report["profiles"][name]["seconds"]
        totals: dict[str, int] = {}
        for node, callers in _nodes(tree, ()):
            if node["name"] not in callers:
                totals[node["name"]] = totals.get(node["name"], 0) + node["samples"]
        yield "| function, with what it calls | time | part |"
        yield "| --- | --- | --- |"
        for function, samples in sorted(totals.items(), key=lambda item: (-item[1], item[0]))[:LARGEST]:
            part = samples / tree["samples"]
            yield f"| `{function}` | {_duration(part * seconds)} | {part:.0%} |"

    return rows


def _nodes(node: Mapping[str, Any], callers: tuple[str, ...]) -> Iterator[tuple[Mapping[str, Any], tuple[str, ...]]]:
    yield node, callers
    for child in node["children"]:
        yield from _nodes(child, (*callers, node["name"]))


LARGEST = 24
_SPECIAL: dict[str, Callable[[Mapping[str, Any]], Iterator[str]]] = {
    "ratios": _targets,
    "by entities": _by_entities,
    "verification": _verification,
    "versions": _versions,
    "direct call": _profile("direct call"),
    "invoke": _profile("invoke"),
}


def _shown(name: str) -> str:
    return re.sub(r"\b(biot_plugin|biot-plugin \w+|json\.\w+|plugin\.\w+|--help)(\b|$)", r"`\1`", name)


def main() -> None:
    """Rewrites the pages, and draws the pictures."""

    def report(name: str) -> Mapping[str, Any]:
        if name == "all":
            return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}
        path = FOLDER / f"{name}.json"
        if not path.exists():
            raise SystemExit(f"{path} is not there: run make bench first")
        content: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return content

    for name in PAGES:
        path = DOCUMENTS / name
        path.write_text(rewrite(path.read_text(encoding="utf-8"), report), encoding="utf-8")
    pictures.main()


if __name__ == "__main__":
    main()
