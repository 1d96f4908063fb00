"""The page, whatever is in the records."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

from biot_plugin_cli.evidence.page.rendering import render_page
from tests.scaffold.evidence.conftest import Release

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&lt;\u202eevil\u2028{{ 7 * 7 }}"


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += [f"{name}={value}" for name, value in attrs]


def records(release: Release) -> dict[str, Any]:
    names = [path.stem for path in release.made.folder.glob("*.json") if path.stem != "evidence"]
    return {name: json.loads((release.made.folder / f"{name}.json").read_bytes()) for name in names}


def poisoned(value: Any) -> Any:
    """Put a hostile text into each text of a document."""
    if isinstance(value, dict):
        return {key: poisoned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [poisoned(item) for item in value]
    return f"{value}{HOSTILE}" if isinstance(value, str) else value


def test_nothing_in_the_records_becomes_markup(release: Release) -> None:
    good = _Elements()
    good.feed(render_page(records(release), {}).decode())
    bad = _Elements()
    text = render_page(poisoned(records(release)), {}).decode()
    bad.feed(text)
    assert set(bad.names) == set(good.names)
    assert {name for name in bad.attributes if "alert" in name} == set()
    assert "\u202e" not in text and "\\u202e" in text
    assert "{{ 7 * 7 }}" in text


def test_the_page_needs_nothing_else_and_runs_nothing(release: Release) -> None:
    text = (release.made.folder / "index.html").read_text()
    assert not re.search(r"<script|<link|<img|<iframe|@import|url\(|https?:", text)
    assert "default-src 'none'" in text


def test_the_page_says_what_is_there_and_what_is_not(release: Release) -> None:
    text = (release.made.folder / "index.html").read_text()
    for expected in (
        "Third-party software (SOUP)",
        "Known anomalies",
        "No tool makes a product, a process or an organization compliant",
        "CVE-2026-1",
        "vulnerable code not in execute path",
        "Minors are refused",
        "Approved by",
        "Carriers Ltd",
        "No release before was given.",
        "12 events against the commit 4f1c2a9, ",
    ):
        assert expected in text
