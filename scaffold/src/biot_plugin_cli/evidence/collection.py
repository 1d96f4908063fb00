"""Collects the evidence of a release: plugin + inputs -> records -> the files of a folder.

Everything comes from the plugin's folder, its repository and the files that are passed. Nothing is asked of the network
unless the request says so, and nothing depends on the time of the day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from biot_plugin_cli.check.runner import CheckResult, check
from biot_plugin_cli.errors import PluginImportError
from biot_plugin_cli.evidence.conclusions.anomalies import list_anomalies
from biot_plugin_cli.evidence.conclusions.differences import difference_record
from biot_plugin_cli.evidence.conclusions.gaps import list_gaps
from biot_plugin_cli.evidence.facts.built import Built, building_release
from biot_plugin_cli.evidence.facts.configuration import configuration_record
from biot_plugin_cli.evidence.facts.deployments import deployment_record
from biot_plugin_cli.evidence.facts.examinations import ReplayReport, check_record, read_replay_report
from biot_plugin_cli.evidence.facts.moment import release_moment, rfc3339
from biot_plugin_cli.evidence.facts.release import file_records, release_record
from biot_plugin_cli.evidence.records import encode, expecting_records
from biot_plugin_cli.evidence.request import Request
from biot_plugin_cli.evidence.requirements.junit import TestFile, read_test_file
from biot_plugin_cli.evidence.requirements.specification import FILE_NAMES, Specification, read_specification
from biot_plugin_cli.evidence.requirements.traceability import trace
from biot_plugin_cli.evidence.software.artefact import Artefact, read_artefact
from biot_plugin_cli.evidence.software.bill import release_bill
from biot_plugin_cli.evidence.software.brought_along import find_parts
from biot_plugin_cli.evidence.software.items import list_items, unknown_rows
from biot_plugin_cli.evidence.software.notes import FILE_NAME, Notes, read_notes
from biot_plugin_cli.evidence.vulnerabilities.database import Snapshot, read_snapshot
from biot_plugin_cli.evidence.vulnerabilities.findings import find_vulnerabilities, is_looked_up, unused_assessments
from biot_plugin_cli.git.commit_facts import CommitFacts, commit_facts
from biot_plugin_cli.git.tracked_files import git_files
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["Evidence", "collect", "third_party_items"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a release.

    Attributes:
        records: The records by name, each a JSON document.
        inputs: The files that they were made of, by their names in the folder.
        package: The package; None to leave it out.
    """

    records: Mapping[str, Any]
    inputs: Mapping[str, bytes] = field(repr=False)
    package: bytes | None = field(repr=False)

    @property
    def files(self) -> dict[str, bytes]:
        """The files of the folder, without the page."""
        records = {f"{name}.json": encode(record) for name, record in self.records.items()}
        package = {f"package/{self.records['release']['package']['file']}": self.package} if self.package else {}
        return {**records, **self.inputs, **package}


@dataclass(frozen=True, slots=True)
class _Inputs:
    notes: Notes
    specification: Specification
    tests: tuple[TestFile, ...]
    replay: ReplayReport | None

    @classmethod
    def read(cls, plugin: Plugin, request: Request) -> _Inputs:
        return cls(
            read_notes(plugin.root / FILE_NAME),
            read_specification(plugin.root, request.requirements),
            tuple(read_test_file(file) for file in request.tests),
            read_replay_report(request.replay) if request.replay else None,
        )


def collect(plugin: Plugin, request: Request, before: Mapping[str, Any] | None) -> Evidence:
    """Collect the evidence of a release.

    Args:
        plugin: The plugin, with the overrides of its environment.
        request: What it is made with.
        before: The records of the release before; None for none.

    Raises:
        CliError: An input is invalid, the plugin cannot be imported or built, or somebody who is asked does not answer.
    """
    inputs = _Inputs.read(plugin, request)
    with building_release(plugin, request.package) as built:
        content = built.path.read_bytes()
        artefact = read_artefact(built.path)
    facts = commit_facts(plugin.root, built.tree.commit) if built.tree.commit else None
    records = _records(plugin, request, inputs, built, artefact, facts, len(content))
    records["anomalies"] = {"items": list_anomalies(records, inputs.notes)}
    if before is not None:
        with expecting_records(request.previous or plugin.root):
            records["differences"] = difference_record(before, records)
    records["gaps"] = {"items": list_gaps(records)}
    return Evidence(records, _input_files(inputs), content if request.copies_package else None)


def third_party_items(plugin: Plugin, notes: Notes) -> list[dict[str, Any]]:
    """List the third-party software in the package of a plugin.

    Args:
        plugin: The plugin.
        notes: What people say of it.
    """
    with building_release(plugin) as built:
        artefact = read_artefact(built.path)
    bill = release_bill(built.bill, artefact, find_parts(artefact), notes, sha256=built.sha256, time=None)
    return list_items(bill, notes, plugin.manifest.runtime)


def _records(
    plugin: Plugin,
    request: Request,
    inputs: _Inputs,
    built: Built,
    artefact: Artefact,
    facts: CommitFacts | None,
    size: int,
) -> dict[str, Any]:
    moment = release_moment(facts)
    # Without a time of the release, dates are compared with today's.
    result = _check(plugin, moment or datetime.now(UTC))
    notes, parts = inputs.notes, find_parts(artefact)
    bill = release_bill(built.bill, artefact, parts, notes, sha256=built.sha256, time=rfc3339(moment))
    items = list_items(bill, notes, plugin.manifest.runtime)
    hooks = result.hooks
    if hooks is None:
        raise PluginImportError(f"{plugin.manifest.name} cannot be imported: see biot-plugin check")
    records = {
        "release": release_record(
            plugin, built, facts, moment, notes.release, size, _untracked(plugin, inputs) if facts else ()
        ),
        "package-files": {"files": file_records(artefact)},
        "sbom.cdx": bill,
        "soup": {"items": items, "unusedRows": unknown_rows(items, notes)},
        "vulnerabilities": _vulnerabilities(bill, notes, _snapshot(request, bill)),
        "configuration": configuration_record(plugin, hooks, moment or datetime(1970, 1, 1, tzinfo=UTC)),
        "tests": _tests(inputs.tests),
        "requirements": trace(inputs.specification, [item for file in inputs.tests for item in file.results]),
        "check": check_record(result),
        "deployments": deployment_record(plugin.root, plugin.manifest.name, built.content_hash, request.platform),
    }
    return records | ({"replay": inputs.replay.record} if inputs.replay else {})


def _untracked(plugin: Plugin, inputs: _Inputs) -> list[str]:
    """List the files that people have written for the evidence, and git does not track."""
    written = [FILE_NAME] if inputs.notes.text is not None else []
    written += [inputs.specification.name] if inputs.specification.name in FILE_NAMES else []
    tracked = git_files(plugin.root, untracked=False) or ()
    return [name for name in written if name not in tracked]


def _check(plugin: Plugin, moment: datetime) -> CheckResult:
    return check(plugin, now=moment)


def _snapshot(request: Request, bill: Mapping[str, Any]) -> Snapshot | None:
    from biot_plugin_cli.evidence.software.headers import normalised

    components = [item for item in bill["components"] if is_looked_up(item)]
    if request.vulnerabilities:
        return read_snapshot(request.vulnerabilities, {normalised(item["name"]) for item in components})
    if request.osv_url:
        from biot_plugin_cli.evidence.vulnerabilities.online import ask

        return ask(request.osv_url, [item["purl"] for item in components if item.get("version") and "purl" in item])
    return None


def _vulnerabilities(bill: Mapping[str, Any], notes: Notes, snapshot: Snapshot | None) -> dict[str, Any]:
    if snapshot is None:
        return {"source": None, "items": [], "records": [], "notLookedUp": [], "unusedDecisions": []}
    items = find_vulnerabilities(bill["components"], snapshot, notes.assessments)
    used = {name for item in items for name in item["ids"]}
    return {
        "source": {
            "name": snapshot.name,
            "sha256": snapshot.sha256,
            "newestRecord": snapshot.newest,
            "records": snapshot.records,
            "withdrawn": snapshot.withdrawn,
        },
        "items": items,
        # What was decided about must be there to be read, whatever becomes of the database.
        "records": [record for name, record in snapshot.matching.items() if name in used],
        "notLookedUp": sorted({str(item["name"]) for item in bill["components"] if not is_looked_up(item)}),
        "unusedDecisions": unused_assessments(items, notes.assessments),
    }


def _tests(files: tuple[TestFile, ...]) -> dict[str, Any]:
    results = sorted((item for file in files for item in file.results), key=lambda item: (item.id, item.result))
    return {"files": [file.document for file in files], "tests": [item.document for item in results]}


def _input_files(inputs: _Inputs) -> dict[str, bytes]:
    texts = {FILE_NAME: inputs.notes.text, inputs.specification.name or "": inputs.specification.content}
    files = {f"inputs/{name}": text.encode() for name, text in texts.items() if text is not None}
    for number, file in enumerate(inputs.tests, 1):
        files[f"inputs/tests-{number}.xml"] = file.content
    return files | ({"inputs/replay.json": inputs.replay.content} if inputs.replay else {})
