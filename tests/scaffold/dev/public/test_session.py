"""What is written down of sessions."""

from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.dev.public.session import Session, all_sessions, begin_session, ended
from biot_plugin_cli.errors import UsageError

SESSION = Session("https://dev.example.org", "https://api.example.org")


def test_a_session_is_written_down_until_it_is_cleaned_up(tmp_path: Path) -> None:
    with begin_session(tmp_path, SESSION) as file:
        assert all_sessions(tmp_path) == [(file, SESSION)]
        with ended(file) as is_ended:
            assert not is_ended
        with (
            pytest.raises(UsageError, match="Another session has the URL"),
            begin_session(tmp_path, Session("https://DEV.example.org/", "x")),
        ):
            pass
        file.unlink()
    assert list((tmp_path / ".biot-plugin" / "dev").iterdir()) == []
    assert (tmp_path / ".biot-plugin" / ".gitignore").read_text() == "*\n"


def test_one_that_has_ended_is_there_until_somebody_cleans_up(tmp_path: Path) -> None:
    with begin_session(tmp_path, SESSION) as file:
        pass
    assert all_sessions(tmp_path) == [(file, SESSION)]
    with ended(file) as is_ended:
        assert is_ended
        file.unlink()
    assert list((tmp_path / ".biot-plugin" / "dev").iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b"null"])
def test_what_is_no_session_is_left_alone(tmp_path: Path, content: bytes) -> None:
    folder = tmp_path / ".biot-plugin" / "dev"
    folder.mkdir(parents=True)
    (folder / "x.json").write_bytes(content)
    assert all_sessions(tmp_path) == []
