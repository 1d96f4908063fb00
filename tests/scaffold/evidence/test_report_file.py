"""Reports of other tools: read as they are, or refused with what to pass instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.evidence.report_file import read_report

ADVICE = "pass another one"


def test_the_content_is_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_bytes(b"\xef\xbb\xbf{}\r\n")
    assert read_report(tmp_path / "report.json", ADVICE) == b"\xef\xbb\xbf{}\r\n"


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "report.xml").open("wb") as file:
        file.truncate(100_000_001)
    with pytest.raises(UsageError, match=r"report\.xml is larger than 100 MB: pass another one"):
        read_report(tmp_path / "report.xml", ADVICE)


@pytest.mark.parametrize("name", ["absent", "."])
def test_what_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"cannot be read \(.+\): pass another one"):
        read_report(tmp_path / name, ADVICE)
