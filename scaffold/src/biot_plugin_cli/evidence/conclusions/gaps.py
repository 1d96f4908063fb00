"""What the evidence of a release lacks: empty cells, what nobody has decided, and what was not shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from biot_plugin_cli.evidence.requirements.traceability import uncovered
from biot_plugin_cli.evidence.software.bill import unknown_elements
from biot_plugin_cli.evidence.software.items import empty_cells

__all__ = ["list_gaps"]


def list_gaps(records: Mapping[str, Any]) -> list[dict[str, str]]:
    """List the gaps: the `part` that has each, and what is missing as a clause of a sentence.

    Args:
        records: The records, by their names.
    """
    groups = (
        ("release", _release(records["release"])),
        ("software bill of materials", unknown_elements(records["sbom.cdx"])),
        ("third-party software", empty_cells(records["soup"]["items"])),
        ("vulnerabilities", _vulnerabilities(records["vulnerabilities"])),
        ("tests", _tests(records["tests"])),
        ("requirements", _requirements(records["requirements"])),
        ("check", _check(records["check"])),
        ("replay", _replay(records.get("replay"), records["release"]["package"]["contentHash"])),
        ("anomalies", _anomalies(records["anomalies"])),
    )
    return [{"part": part, "missing": text} for part, texts in groups for text in texts]


def _release(record: Mapping[str, Any]) -> Iterator[str]:
    source, plugin = record["source"], record["plugin"]
    if source["commit"] is None:
        yield "the commit: the folder is in no git repository with a commit"
    for name in (*source["changed"], *source["untracked"], *source["untrackedInputs"]):
        yield f"{name} in the commit: commit it, or remove it"
    if not plugin["manufacturer"]:
        yield "the manufacturer of the plugin"


def _vulnerabilities(record: Mapping[str, Any]) -> Iterator[str]:
    if record["source"] is None:
        yield "a look into a database of vulnerabilities: pass --vulnerabilities FILE, or --ask-osv"
    for item in record["items"]:
        if not item["decided"]:
            yield f"a decision about {item['id']} of {item['component']} {item['version'] or ''}".rstrip()


def _tests(record: Mapping[str, Any]) -> Iterator[str]:
    if not record["files"]:
        yield "results of tests: pass --tests FILE"
    for test in record["tests"]:
        if test["result"] in ("failed", "error"):
            yield f"a passing {test['id']}"


def _requirements(record: Mapping[str, Any]) -> Iterator[str]:
    if record["source"] is None:
        yield "the requirements: write requirements.toml, or pass --requirements FILE"
    yield from (f"a test that passes: {text}" for text in uncovered(dict(record)))
    for item in record["unknown"]:
        yield f"the requirement {item['id']}, which tests name"


def _check(record: Mapping[str, Any]) -> Iterator[str]:
    for item in record["findings"]:
        if item["severity"] == "error":
            yield f"a plugin without the error {item['code']}"


def _replay(record: Mapping[str, Any] | None, content_hash: str) -> Iterator[str]:
    code = record.get("code") if record else None
    if isinstance(code, dict) and code.get("contentHash") != content_hash:
        yield "a replay of this code: the report is about other code"
    if record and record["differences"]:
        yield f"a decision about {len(record['differences'])} differences of replayed events"


def _anomalies(record: Mapping[str, Any]) -> Iterator[str]:
    for item in record["items"]:
        if not item["evaluation"]:
            yield f"the evaluation of {item['id']}"
