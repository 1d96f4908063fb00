"""Which requirement is verified by which tests, and with what result."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from biot_plugin_cli.evidence.requirements.junit import TestResult
from biot_plugin_cli.evidence.requirements.specification import Specification

__all__ = ["trace", "uncovered"]


def trace(specification: Specification, results: Iterable[TestResult]) -> dict[str, Any]:
    """Create the traceability table.

    Args:
        specification: The requirements.
        results: The tests that were run.

    Returns:
        `requirements` with their tests and state: `passed`, `failed`, `skipped`, `partly skipped`, or `uncovered`
        without a test; `unknown`, the ids that tests name and nobody has specified; and `untraced`, the tests without
        any id.
    """
    tests: dict[str, list[TestResult]] = {}
    untraced: list[str] = []
    for result in results:
        for name in result.requirements:
            tests.setdefault(name, []).append(result)
        if not result.requirements:
            untraced.append(result.id)
    known = {requirement.id for requirement in specification.requirements}
    return {
        "source": specification.name,
        "requirements": [
            {
                "id": requirement.id,
                "title": requirement.title,
                "text": requirement.text,
                "risk": requirement.risk,
                "state": _state(tests.get(requirement.id, ())),
                "tests": _references(tests.get(requirement.id, ())),
            }
            for requirement in specification.requirements
        ],
        "unknown": [{"id": name, "tests": _references(tests[name])} for name in sorted(tests) if name not in known],
        "untraced": sorted(set(untraced)),
    }


def uncovered(table: dict[str, Any]) -> list[str]:
    """Name the requirements that are not verified by tests that all passed, as clauses of a sentence."""
    return [f"{item['id']} is {item['state']}" for item in table["requirements"] if item["state"] != "passed"]


def _state(tests: Sequence[TestResult]) -> str:
    results = {test.result for test in tests}
    if not results:
        return "uncovered"
    if results & {"failed", "error"}:
        return "failed"
    if "skipped" in results:
        return "partly skipped" if "passed" in results else "skipped"
    return "passed"


def _references(tests: Iterable[TestResult]) -> list[dict[str, str]]:
    return [{"id": test.id, "result": test.result} for test in sorted(tests, key=lambda test: (test.id, test.result))]
