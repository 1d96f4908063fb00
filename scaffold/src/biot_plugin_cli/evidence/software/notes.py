"""What people say of a plugin's software: `soup.toml` beside pyproject.toml, which belongs into git.

[release]
manufacturer = "Example Medical Ltd"
author = "Jane Doe, regulatory affairs"

[components.requests]                  # or "requests@2.32.5", where there are several versions
purpose = "sends results to the laboratory"
requirements = "HTTPS with verified certificates, 10 s at most"
environment = "Python 3.9 or newer"
risk = "a result is late; RISK-7"
support = "actively maintained"
end-of-support = "unknown"
reviewed = 2026-01-31                  # when its list of anomalies was read ...
reviewed-version = "2.32.5"            # ... and of which version

[[vulnerabilities]]
id = "CVE-2024-35195"
component = "requests"
versions = "<2.33"                     # optional
status = "not_affected"
justification = "vulnerable_code_not_in_execute_path"
statement = "no session has verify=False"
reviewed = 2026-01-31

[anomalies."test:tests.test_age::test_leap_day"]
evaluation = "no hazardous situation: the age is shown only"
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import tomllib

from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.terminal.input_file import read_text

__all__ = ["CELLS", "FILE_NAME", "JUSTIFICATIONS", "STATUSES", "Assessment", "Notes", "read_notes"]

FILE_NAME = "soup.toml"
"""The name of the file, in the plugin's folder."""

CELLS = ("purpose", "requirements", "environment", "risk", "support", "end-of-support")
"""What only people know of a component, and every row must have."""

STATUSES = ("not_affected", "affected", "fixed", "under_investigation")
"""What can be said of a vulnerability, as in VEX."""

JUSTIFICATIONS = (
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
)
"""Why a plugin is not affected, as in VEX."""

_COMPONENT_KEYS = frozenset([*CELLS, "manufacturer", "licence", "reviewed", "reviewed-version"])
_RELEASE_KEYS = frozenset(["manufacturer", "author", "statement"])
_ASSESSMENT_KEYS = frozenset(["id", "component", "versions", "status", "justification", "statement", "reviewed", "by"])
_TABLES = frozenset(["release", "components", "vulnerabilities", "anomalies"])


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was decided about a vulnerability of a component.

    Attributes:
        id: An id of the vulnerability, of any database.
        component: The normalised name of the component; the decision is about no other one.
        versions: The versions of the component that it is about, such as `<2.33`; empty for all.
        status: One of `STATUSES`.
        justification: One of `JUSTIFICATIONS`; empty unless the plugin is not affected.
        statement: Why, in words.
        reviewed: The day, as YYYY-MM-DD; empty if the file has none.
        by: Who decided; empty if the file has none.
    """

    id: str
    component: str
    versions: str
    status: str
    justification: str
    statement: str
    reviewed: str
    by: str


@dataclass(frozen=True, slots=True)
class Notes:
    """What the file has.

    Attributes:
        text: The file; None if there is none.
        release: Who makes the plugin, and who wrote the evidence.
        components: What is said of each component, by normalised name, with or without `@VERSION`.
        assessments: What was decided about vulnerabilities.
        evaluations: What was decided about anomalies, by their ids.
    """

    text: str | None = None
    release: Mapping[str, str] = field(default_factory=dict)
    components: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    assessments: tuple[Assessment, ...] = ()
    evaluations: Mapping[str, str] = field(default_factory=dict)

    def of(self, name: str, version: str | None) -> Mapping[str, str]:
        """Return what is said of a version of a component."""
        name = _normalised(name)
        return self.components.get(f"{name}@{version}") or self.components.get(name) or {}


def read_notes(file: Path) -> Notes:
    """Read the file; nothing is said if there is none.

    Raises:
        InvalidPlugin: It is invalid; the message names the table and the key.
    """
    if not file.exists():
        return Notes()
    text = read_text(file)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidPlugin(f"{file} is not TOML: {error}") from error
    return _Reader(file).notes(text, document)


class _Reader:
    def __init__(self, file: Path) -> None:
        self._file = file

    def notes(self, text: str, document: Mapping[str, Any]) -> Notes:
        self._require_known(document, _TABLES, "the file")
        components = self._tables(document, "components")
        return Notes(
            text,
            self._texts(document.get("release", {}), _RELEASE_KEYS, "[release]"),
            {
                _normalised(name): self._texts(table, _COMPONENT_KEYS, f"[components.{name}]")
                for name, table in components.items()
            },
            tuple(self._assessment(number, entry) for number, entry in enumerate(self._list(document), 1)),
            {
                name: self._texts(table, {"evaluation"}, f'[anomalies."{name}"]').get("evaluation", "")
                for name, table in self._tables(document, "anomalies").items()
            },
        )

    def _assessment(self, number: int, entry: Any) -> Assessment:
        place = f"[[vulnerabilities]] number {number}"
        values = self._texts(entry, _ASSESSMENT_KEYS, place)
        for key in ("id", "component", "status"):
            if not values.get(key):
                raise self._invalid(f"{place} has no {key}", f"add {key}")
        status, justification = values["status"], values.get("justification", "")
        self._require_choice(status, STATUSES, f"the status of {place}")
        if status == "not_affected":
            self._require_choice(justification, JUSTIFICATIONS, f"the justification of {place}")
        elif justification:
            raise self._invalid(f"{place} has a justification, but is not not_affected", "remove one of both")
        self._require_specifier(values.get("versions", ""), place)
        others = ("versions", "statement", "reviewed", "by")
        return Assessment(
            id=values["id"],
            component=_normalised(values["component"]),
            status=status,
            justification=justification,
            **{key: values.get(key, "") for key in others},
        )

    def _list(self, document: Mapping[str, Any]) -> list[Any]:
        entries = document.get("vulnerabilities", [])
        if not isinstance(entries, list):
            raise self._invalid("vulnerabilities is no list of tables", "write [[vulnerabilities]]")
        return entries

    def _tables(self, document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        tables = document.get(name, {})
        if not isinstance(tables, dict):
            raise self._invalid(f"{name} is no table", f"write [{name}.NAME]")
        return tables

    def _texts(self, table: Any, known: Iterable[str], place: str) -> dict[str, str]:
        if not isinstance(table, dict):
            raise self._invalid(f"{place} is no table", "write one key = value on each line of it")
        self._require_known(table, known, place)
        texts = {key: value.isoformat() if _is_day(value) else value for key, value in table.items()}
        for key, value in texts.items():
            if not isinstance(value, str):
                raise self._invalid(f"{key} of {place} is no text", "write it in quotes, or a day as YYYY-MM-DD")
        return {key: value.strip() for key, value in texts.items()}

    def _require_known(self, table: Mapping[str, Any], known: Iterable[str], place: str) -> None:
        for key in table:
            if key not in known:
                raise self._invalid(f"{place} has the unknown key {key!r}", f"use {', '.join(sorted(known))}")

    def _require_choice(self, value: str, choices: Iterable[str], what: str) -> None:
        if value not in choices:
            raise self._invalid(f"{what} is {value!r}", f"use {', '.join(choices)}")

    def _require_specifier(self, text: str, place: str) -> None:
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        try:
            SpecifierSet(text)
        except InvalidSpecifier as error:
            raise self._invalid(f"versions of {place} is {text!r}", "write it as in <2.33 or ==2.32.*") from error

    def _invalid(self, problem: str, advice: str) -> InvalidPlugin:
        return InvalidPlugin(f"{self._file}: {problem}: {advice}")


def _is_day(value: Any) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _normalised(name: str) -> str:
    from packaging.utils import canonicalize_name

    title, separator, version = name.partition("@")
    return f"{canonicalize_name(title)}{separator}{version}"
