"""The security model promises nothing without a test that shows it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "security.md"
_REFERENCE = re.compile(r"`([\w/]+\.py)::(\w+)`")


def rows(page: str) -> list[str]:
    """The rows of all tables, without their heads."""
    lines = page.splitlines()
    heads = {number for number, line in enumerate(lines[1:]) if line.startswith("| ---")}
    return [
        line
        for number, line in enumerate(lines)
        if line.startswith("| ") and not line.startswith("| ---") and number not in heads
    ]


ROWS = rows(PAGE.read_text(encoding="utf-8"))
REFERENCES = sorted({reference for row in ROWS for reference in _REFERENCE.findall(row)})


def test_every_sentence_names_a_test() -> None:
    assert len(ROWS) > 40
    assert [row for row in ROWS if not _REFERENCE.search(row)] == []


@pytest.mark.parametrize("file", sorted({file for file, _ in REFERENCES}))
def test_every_named_test_exists(file: str) -> None:
    module = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    functions = {node.name for node in ast.walk(module) if isinstance(node, ast.FunctionDef)}
    named = {name for other, name in REFERENCES if other == file}
    assert named - functions == set()
    assert all(name.startswith("test_") for name in named)
