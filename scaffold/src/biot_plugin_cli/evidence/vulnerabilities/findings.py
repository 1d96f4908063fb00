"""The known vulnerabilities of the components: which concern their versions, and what was decided about each.

Databases publish one vulnerability under several ids; records that name each other as aliases are one finding. A
decision is about one component, and about the versions that it names: it is not carried over to others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from biot_plugin_cli.evidence.software.headers import normalised
from biot_plugin_cli.evidence.software.notes import Assessment
from biot_plugin_cli.evidence.vulnerabilities.database import Snapshot, affected_packages
from biot_plugin_cli.evidence.vulnerabilities.version_ranges import is_affected

__all__ = ["find_vulnerabilities", "is_looked_up", "is_open", "unused_assessments"]

_CLOSED = ("not_affected", "fixed")
_MAX_SUMMARY = 500


def find_vulnerabilities(
    components: Iterable[Mapping[str, Any]], snapshot: Snapshot, assessments: Sequence[Assessment]
) -> list[dict[str, Any]]:
    """List the vulnerabilities of components, sorted by component and id.

    Args:
        components: The components of a bill of materials.
        snapshot: What a database says.
        assessments: What was decided.
    """
    findings = []
    for component in components:
        if not is_looked_up(component):
            continue
        concerned = [
            (record, verdict)
            for record in snapshot.matching.values()
            if (verdict := _verdict(component, record)) != "unaffected"
        ]
        findings += [_finding(component, group, assessments) for group in _groups(concerned)]
    unique = {
        (finding["component"], finding["version"], finding["id"], finding["ref"]): finding for finding in findings
    }
    return [unique[key] for key in sorted(unique, key=lambda key: tuple(map(str, key)))]


def is_looked_up(component: Mapping[str, Any]) -> bool:
    """Whether a component has a name in the ecosystem that the database is about."""
    name = component["purl"] if "purl" in component else f"pkg:pypi/{component['name']}"
    is_distribution = "purl" in component or component["bom-ref"].startswith("local/")
    return is_distribution and str(name).startswith("pkg:pypi/")


def is_open(finding: Mapping[str, Any]) -> bool:
    """Whether nobody has decided yet, or whether the plugin is affected."""
    return finding["status"] not in _CLOSED


def unused_assessments(findings: Iterable[Mapping[str, Any]], assessments: Iterable[Assessment]) -> list[str]:
    """Name the decisions that concern no finding."""
    used = {(finding["component"], name) for finding in findings for name in finding["ids"]}
    return [f"{item.id} of {item.component}" for item in assessments if (item.component, item.id) not in used]


def _verdict(component: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    verdicts = {
        is_affected(component.get("version"), affected)
        for name, affected in affected_packages(record)
        if name == normalised(component["name"])
    }
    return next((verdict for verdict in ("affected", "unknown") if verdict in verdicts), "unaffected")


def _groups(
    concerned: Sequence[tuple[Mapping[str, Any], str]],
) -> list[list[tuple[Mapping[str, Any], str]]]:
    """Put records together that have an id in common."""
    groups: list[tuple[set[str], list[tuple[Mapping[str, Any], str]]]] = []
    for record, verdict in concerned:
        ids = _ids(record)
        joined = [group for group in groups if not ids.isdisjoint(group[0])]
        members = [(record, verdict)]
        for group in joined:
            ids |= group[0]
            members = group[1] + members
            groups.remove(group)
        groups.append((ids, members))
    return [members for _, members in groups]


def _ids(record: Mapping[str, Any]) -> set[str]:
    return {record["id"], *(alias for alias in record.get("aliases") or () if isinstance(alias, str))}


def _finding(
    component: Mapping[str, Any],
    group: Sequence[tuple[Mapping[str, Any], str]],
    assessments: Iterable[Assessment],
) -> dict[str, Any]:
    records = sorted((record for record, _ in group), key=lambda record: str(record["id"]))
    ids = sorted(set().union(*map(_ids, records)))
    assessment = _decision(component, ids, assessments)
    return {
        "id": next((name for name in ids if name.startswith("CVE-")), ids[0]),
        "ids": ids,
        "component": component["name"],
        "version": component.get("version"),
        "ref": component["bom-ref"],
        "affected": "yes" if any(verdict == "affected" for _, verdict in group) else "cannot be told from the version",
        "summary": _summary(records),
        "severity": _severity(records),
        "fixed": sorted({version for record in records for version in _fixed(record, component["name"])}),
        "modified": max(str(record.get("modified") or "") for record in records) or None,
        "status": assessment.status if assessment else "under_investigation",
        "justification": (assessment and assessment.justification) or None,
        "statement": (assessment and assessment.statement) or None,
        "reviewed": (assessment and assessment.reviewed) or None,
        "by": (assessment and assessment.by) or None,
        "decided": assessment is not None,
    }


def _decision(component: Mapping[str, Any], ids: Sequence[str], assessments: Iterable[Assessment]) -> Assessment | None:
    name, version = normalised(component["name"]), component.get("version")
    for assessment in assessments:
        if assessment.id in ids and assessment.component == name and _covers(assessment.versions, version):
            return assessment
    return None


def _covers(versions: str, version: str | None) -> bool:
    from packaging.specifiers import SpecifierSet
    from packaging.version import InvalidVersion

    if not versions:
        return True
    try:
        return version is not None and SpecifierSet(versions).contains(version, prereleases=True)
    except InvalidVersion:
        return False


def _summary(records: Sequence[Mapping[str, Any]]) -> str | None:
    texts = [str(record.get("summary") or record.get("details") or "").strip() for record in records]
    text = next((" ".join(text.split()) for text in texts if text), "")
    return text[:_MAX_SUMMARY] or None


def _severity(records: Sequence[Mapping[str, Any]]) -> list[str]:
    scores = {
        f"{item.get('type')} {item.get('score')}"
        for record in records
        for item in record.get("severity") or ()
        if isinstance(item, Mapping)
    }
    specific = (record.get("database_specific") for record in records)
    words = {str(item["severity"]) for item in specific if isinstance(item, Mapping) and item.get("severity")}
    return sorted(scores | words)


def _fixed(record: Mapping[str, Any], name: str) -> Iterable[str]:
    for package, affected in affected_packages(record):
        if package == normalised(name):
            for item in affected.get("ranges") or ():
                if item.get("type") != "GIT":
                    yield from (str(event["fixed"]) for event in item.get("events") or () if "fixed" in event)
