"""The known anomalies of a release (IEC 62304): what is not as it should be, and what was decided about it.

Each has an id that stays the same from release to release, by which `soup.toml` has its evaluation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from biot_plugin_cli.evidence.software.notes import Notes
from biot_plugin_cli.evidence.vulnerabilities.findings import is_open

__all__ = ["list_anomalies"]

_ENDS = {
    "failed": "The test failed",
    "error": "The test could not be run to its end",
    "skipped": "The test was skipped",
}


def list_anomalies(records: Mapping[str, Any], notes: Notes) -> list[dict[str, Any]]:
    """List the anomalies that the other records show.

    Args:
        records: The records, by their names.
        notes: What people say of them.
    """
    found = [
        *_vulnerabilities(records["vulnerabilities"]),
        *_tests(records["tests"]["tests"]),
        *_requirements(records["requirements"]["requirements"]),
        *_findings(records["check"]["findings"]),
        *_replay(records.get("replay")),
    ]
    return [
        {
            "id": name,
            "kind": kind,
            "description": description,
            "evaluation": notes.evaluations.get(name) or evaluation or None,
        }
        for name, kind, description, evaluation in found
    ]


Row = tuple[str, str, str, str | None]


def _vulnerabilities(record: Mapping[str, Any]) -> Iterator[Row]:
    for item in record["items"]:
        if is_open(item):
            name = f"vulnerability:{item['id']}:{item['component']}"
            text = f"{item['component']} {item['version'] or 'of unknown version'} has {item['id']}"
            yield name, "vulnerability", f"{text}: {item['summary'] or 'no summary'}", item["statement"]


def _tests(tests: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
    for test in tests:
        if test["result"] in _ENDS:
            message = f": {test['message']}" if test.get("message") else ""
            yield f"test:{test['id']}", "test", f"{_ENDS[test['result']]}{message}", None


def _requirements(requirements: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
    for item in requirements:
        if item["state"] == "uncovered":
            yield (
                f"requirement:{item['id']}",
                "requirement",
                f"{item['id']} {item['title']} is verified by no test",
                None,
            )


def _findings(findings: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
    for item in findings:
        place = f":{item['file']}" if item["file"] else ""
        yield f"check:{item['code']}{place}", "check", f"{item['severity']}: {item['message']}", None


def _replay(record: Mapping[str, Any] | None) -> Iterator[Row]:
    for name, words in (("differences", "not accepted"), ("accepted", "accepted")):
        for number, item in enumerate((record or {}).get(name) or (), 1):
            label = _label(item) or str(number)
            yield (
                f"replay:{name}:{label}",
                "replay",
                f"A replayed event is answered differently ({words}): {label}",
                None,
            )


def _label(item: Any) -> str:
    """Return what names a difference, whatever form the report has."""
    if isinstance(item, str):
        return item
    fields = item if isinstance(item, Mapping) else {}
    return next((str(fields[key]) for key in ("id", "kind", "path", "event", "name") if fields.get(key)), "")
