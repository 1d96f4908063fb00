from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plugin" / "template").mkdir(parents=True)
    (tmp_path / "plugin" / "copier.yml").write_text("_subdirectory: template\n", encoding="utf-8")
    (tmp_path / "plugin" / "template" / "a b.txt").write_bytes(b"one\r\n\xff no newline")
    return tmp_path
