"""The tables that put together what a report has apart: targets, versions, ratios, profiles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from benchmarks.page.tables import duration, ratio_table, shown

__all__ = ["SPECIAL"]

LARGEST = 24


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


def _verification(report: Mapping[str, Any]) -> Iterator[str]:
    """The ratios of `SIZE, KIND, verification`: a row for each kind, a column for each size."""
    ratios: dict[str, dict[str, float]] = {}
    for table in report["tables"]:
        size, _, rest = table["title"].partition(", ")
        kind, _, what = rest.partition(", ")
        if what == "verification":
            without, with_ = (row["median"] for row in table["seconds"].values())
            ratios.setdefault(kind, {})[size] = with_ / without
    yield from ratio_table("with verification, over without", ratios)


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
            yield f"| `{function}` | {duration(part * seconds)} | {part:.0%} |"

    return rows


def _nodes(node: Mapping[str, Any], callers: tuple[str, ...]) -> Iterator[tuple[Mapping[str, Any], tuple[str, ...]]]:
    yield node, callers
    for child in node["children"]:
        yield from _nodes(child, (*callers, node["name"]))


SPECIAL: dict[str, Callable[[Mapping[str, Any]], Iterator[str]]] = {
    "ratios": _targets,
    "by entities": _by_entities,
    "verification": _verification,
    "versions": _versions,
    "direct call": _profile("direct call"),
    "invoke": _profile("invoke"),
}
