"""`soup.toml`, as people write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.evidence.software.items import placeholder_rows
from biot_plugin_cli.evidence.software.notes import Notes, read_notes
from tests.scaffold.evidence.inputs import SOUP


def read(folder: Path, text: str) -> Notes:
    file = folder / "soup.toml"
    file.write_text(text)
    return read_notes(file)


def test_names_are_compared_as_indexes_do_and_versions_go_first(tmp_path: Path) -> None:
    notes = read(
        tmp_path,
        '[components.Zope_Interface]\npurpose = "any"\n["components"."zope.interface@5.0"]\npurpose = "that one"\n',
    )
    assert notes.of("zope-interface", "5.0")["purpose"] == "that one"
    assert notes.of("zope-interface", "6.0")["purpose"] == "any"
    assert notes.of("other", "1") == {}
    assert read_notes(tmp_path / "absent.toml") == Notes()


def test_days_may_be_written_as_toml_has_them(tmp_path: Path) -> None:
    notes = read(tmp_path, SOUP)
    assert notes.components["carrier"]["reviewed"] == "2026-03-01"
    assert [item.status for item in notes.assessments] == ["not_affected", "affected"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x", "is not TOML"),
        ("[more]", "the file has the unknown key 'more': use anomalies, components, release, vulnerabilities"),
        ("components = 1", "components is no table"),
        ("[components]\nx = 1", "[components.x] is no table"),
        ("[components.x]\npurpos = ''", "[components.x] has the unknown key 'purpos'"),
        ("[components.x]\npurpose = 1", "purpose of [components.x] is no text"),
        ("release = 'x'", "[release] is no table"),
        ("vulnerabilities = 'x'", "vulnerabilities is no list of tables"),
        ("[[vulnerabilities]]\nid = 'x'", "[[vulnerabilities]] number 1 has no component"),
        (
            "[[vulnerabilities]]\nid = 'x'\ncomponent = 'y'\nstatus = 'fine'",
            "the status of [[vulnerabilities]] number 1 is 'fine': use not_affected, affected, fixed, ",
        ),
        (
            "[[vulnerabilities]]\nid = 'x'\ncomponent = 'y'\nstatus = 'not_affected'",
            "the justification of [[vulnerabilities]] number 1 is ''",
        ),
        (
            "[[vulnerabilities]]\nid = 'x'\ncomponent = 'y'\nstatus = 'fixed'\njustification = 'component_not_present'",
            "has a justification, but is not not_affected",
        ),
        (
            "[[vulnerabilities]]\nid = 'x'\ncomponent = 'y'\nstatus = 'fixed'\nversions = 'two'",
            "versions of [[vulnerabilities]] number 1 is 'two'",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(InvalidPlugin) as error:
        read(tmp_path, text)
    assert problem in str(error.value)


def test_rows_to_be_written_are_valid_and_have_what_is_lacking(tmp_path: Path) -> None:
    notes = read(tmp_path, "[components.known]\npurpose = 'x'\n")
    item = {"kind": "distribution", "cameWith": None}
    items = [
        {**item, "title": "known", "version": "1"},
        {**item, "title": "new", "version": "2.0"},
        {**item, "title": "inside", "version": "3", "cameWith": "new"},
        {**item, "title": "python3.13", "version": "python3.13, as AWS has it", "kind": "runtime"},
    ]
    added = placeholder_rows(items, notes)
    again = read(tmp_path, (notes.text or "") + added)
    assert set(again.components) == {"known", "new", "python3-13"}
    assert again.components["new"]["reviewed-version"] == "2.0"
    assert placeholder_rows(items, again) == ""
