"""Results of tests, from files in the JUnit format, as pytest and most other tools write them."""

from __future__ import annotations

import hashlib
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.evidence.report_file import read_report

__all__ = ["RESULTS", "TestFile", "TestResult", "read_test_file"]

RESULTS = ("passed", "failed", "error", "skipped")
"""How a test can end."""

_PROPERTY = "requirement"
_MAX_MESSAGE = 300
_ADVICE = "pass a file that pytest --junit-xml FILE has written"
_ENDS = {"failure": "failed", "error": "error", "skipped": "skipped", "disabled": "skipped"}
_WORDS = {
    "failed": ("fail", "failed", "failure"),
    "error": ("error", "errored", "broken"),
    "skipped": ("skip", "skipped", "notrun", "disabled", "suppressed", "ignored", "inconclusive", "pending"),
}


@dataclass(frozen=True, slots=True)
class TestResult:
    """A test that was run.

    Attributes:
        id: Its class and name.
        result: One of `RESULTS`; a test that is expected to fail, and does, is skipped.
        message: Why it did not pass, in a line; empty if it did.
        requirements: The ids of the requirements that it verifies.
    """

    __test__ = False

    id: str
    result: str
    message: str
    requirements: tuple[str, ...]

    @property
    def document(self) -> dict[str, Any]:
        """What a record has of it."""
        details = {"message": self.message} if self.message else {}
        return {"id": self.id, "result": self.result, **details, "requirements": [*self.requirements]}


@dataclass(frozen=True, slots=True)
class TestFile:
    """A file of results.

    Attributes:
        name: Its name.
        content: Its content.
        tools: What the suites in it are called, such as `pytest`.
        date: When the first of them began, as the file has it; None if it does not.
        results: The results, sorted by test.
    """

    __test__ = False

    name: str
    content: bytes
    tools: tuple[str, ...]
    date: str | None
    results: tuple[TestResult, ...]

    @property
    def document(self) -> dict[str, Any]:
        """What a record has of it, apart from the results."""
        counts = Counter(item.result for item in self.results)
        return {
            "name": self.name,
            "sha256": hashlib.sha256(self.content).hexdigest(),
            "tool": ", ".join(self.tools) or None,
            "date": self.date,
            **{result: counts[result] for result in RESULTS},
        }


def read_test_file(path: Path) -> TestFile:
    """Read a file of results.

    Args:
        path: The file.

    Raises:
        UsageError: It cannot be read, or is no such file.
    """
    content = read_report(path, _ADVICE)
    if b"\0" in content:
        raise UsageError(f"{path} is in another encoding than UTF-8, which reports of tests are not: {_ADVICE}")
    # Reports have no definitions of entities, by which a small file could become a large one.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise UsageError(f"{path} has a document type, which reports of tests do not: {_ADVICE}")
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 - without a document type
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise UsageError(f"{path} is not XML ({error}): {_ADVICE}") from error
    if root.tag not in ("testsuites", "testsuite"):
        raise UsageError(f"{path} is XML, but no report of tests in the JUnit format: {_ADVICE}")
    suites = list(root.iter("testsuite"))
    results = sorted((_result(case) for case in root.iter("testcase")), key=lambda item: (item.id, item.result))
    dates = sorted(filter(None, (suite.get("timestamp") for suite in suites)))
    tools = tuple(dict.fromkeys(suite.get("name") or "" for suite in suites if suite.get("name")))
    return TestFile(path.name, content, tools, next(iter(dates), None), tuple(results))


def _result(case: ElementTree.Element) -> TestResult:
    names = [name for name in (case.get("classname"), case.get("name")) if name]
    ends = [(child, _ENDS[child.tag]) for child in case if child.tag in _ENDS]
    # An error at the end of a test that failed changes nothing: the worst counts.
    worst = min(ends, key=lambda item: ("failed", "error", "skipped").index(item[1]), default=None)
    message = (worst[0].get("message") or worst[0].text or "" if worst else "").strip()
    return TestResult(
        "::".join(names) or "unnamed",
        worst[1] if worst else _attested(case),
        " ".join(message.partition("\n")[0].split())[:_MAX_MESSAGE],
        tuple(dict.fromkeys(_requirements(case))),
    )


def _attested(case: ElementTree.Element) -> str:
    """Return how a test ended that has no element for it: some tools have an attribute of one that did not run."""
    words = {(case.get(name) or "").lower() for name in ("status", "result")}
    ends = {end for word in words for end, synonyms in _WORDS.items() if word in synonyms}
    return next((end for end in ("failed", "error", "skipped") if end in ends), "passed")


def _requirements(case: ElementTree.Element) -> Iterator[str]:
    for item in case.iter("property"):
        value = (item.get("value") or item.text or "").strip()
        if item.get("name") == _PROPERTY and value:
            yield value
