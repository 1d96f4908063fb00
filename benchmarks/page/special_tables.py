"""The tables that put together what a report has apart: targets, versions, ratios, profiles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from benchmarks.page.tables import cell, duration, ratio_table, shown

__all__ = ["SPECIAL", "profile_table"]

#: Functions of a profile that are listed.
LARGEST = 24
_WITHOUT, _WITH, _OURS = "without verification", "with verification", "biot_plugin"


def _targets(report: Mapping[str, Any]) -> Iterator[str]:
    yield "| figure | target | measured | |"
    yield "| --- | --- | --- | --- |"
    for row in report["ratios"]:
        target, ratio = row["target"], row["ratio"]
        verdict = "" if target is None else "met" if ratio <= target else "**not met**"
        yield f"| {shown(row['title'])} | {'' if target is None else target} | {ratio:.2f} | {verdict} |"


def _versions(reports: Mapping[str, Any]) -> Iterator[str]:
    """What was compared, by benchmark, and where and when."""
    yield "| measured by | on | machine | versions |"
    yield "| --- | --- | --- | --- |"
    for report in sorted(reports.values(), key=lambda each: each["module"]):
        versions = ", ".join(f"{each} {number}" for each, number in report["versions"].items())
        yield f"| `{report['module']}` | {report['date']} | {report['machine']} | {versions} |"


def _by_entities(report: Mapping[str, Any]) -> Iterator[str]:
    """The ratios of `ADAPT_ENTITY, COUNT entities, MODEL`, a row for each model."""
    ratios: dict[str, dict[str, float]] = {}
    for table in report["tables"]:
        _, entities, model = table["title"].split(", ")
        alone, ours = (row["median"] for row in table["seconds"].values())
        ratios.setdefault(model, {})[entities] = ours / alone
    yield from ratio_table("", ratios)


def _by_kind(what: str) -> Callable[[Mapping[str, Any]], Iterator[str]]:
    """The tables `SIZE, KIND, WHAT` as one: a row for what is compared with each kind, a column for each size."""

    def rows(report: Mapping[str, Any]) -> Iterator[str]:
        of_sizes: dict[str, dict[str, str]] = {}
        for size, kind, table in _of_kinds(report, what):
            for name in table["seconds"]:
                row = of_sizes.setdefault(f"{kind}, {shown(name)}", {})
                row[size] = cell(table["seconds"][name])
        columns = list(next(iter(of_sizes.values())))
        yield f"| {what} | {' | '.join(columns)} |"
        yield "| --- |" + " --- |" * len(columns)
        for name, row in of_sizes.items():
            yield f"| {name} | {' | '.join(row[column] for column in columns)} |"

    return rows


def _verification(report: Mapping[str, Any]) -> Iterator[str]:
    """The ratios of events with verification to those without: a row for each kind, a column for each size."""
    without = {(size, kind): table["seconds"][_OURS]["median"] for size, kind, table in _of_kinds(report, _WITHOUT)}
    ratios: dict[str, dict[str, float]] = {}
    for size, kind, table in _of_kinds(report, _WITH):
        ratios.setdefault(kind, {})[size] = table["seconds"][_OURS]["median"] / without[size, kind]
    yield from ratio_table("with verification, over without", ratios)


def _of_kinds(report: Mapping[str, Any], what: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """The tables `SIZE, KIND, WHAT`, with their size and kind."""
    for table in report["tables"]:
        parts = table["title"].split(", ")
        if len(parts) == 3 and parts[2] == what:
            yield parts[0], parts[1], table


def profile_table(profile: Mapping[str, Any]) -> Iterator[str]:
    """The functions that take most, with what they call and without."""
    tree, seconds = profile["tree"], profile["seconds"]
    totals: dict[str, int] = {}
    for node, callers in _nodes(tree, ()):
        if node["name"] not in callers:
            totals[node["name"]] = totals.get(node["name"], 0) + node["samples"]
    yield "| function, with what it calls | time | part |"
    yield "| --- | --- | --- |"
    for function, samples in sorted(totals.items(), key=lambda item: (-item[1], item[0]))[:LARGEST]:
        part = samples / tree["samples"]
        yield f"| `{function}` | {duration(part * seconds)} | {part:.0%} |"


def _nodes(node: Mapping[str, Any], callers: tuple[str, ...]) -> Iterator[tuple[Mapping[str, Any], tuple[str, ...]]]:
    yield node, callers
    for child in node["children"]:
        yield from _nodes(child, (*callers, node["name"]))


SPECIAL: dict[str, Callable[[Mapping[str, Any]], Iterator[str]]] = {
    "ratios": _targets,
    "by entities": _by_entities,
    _WITHOUT: _by_kind(_WITHOUT),
    _WITH: _by_kind(_WITH),
    "verification": _verification,
    "versions": _versions,
}
