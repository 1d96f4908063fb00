from __future__ import annotations

import os
from pathlib import Path

import pytest

from biot_emulator.admin_credentials import CredentialsInvalid, is_readable_by_others, parse_credentials, read_file

SECRET = "s3cret-w0rd"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_a_file_has_them_in_its_only_line(tmp_path: Path, ending: str, encoding: str) -> None:
    file = tmp_path / "admin"
    file.write_bytes(f"ada@example.com:pass:word é{ending}".encode(encoding))
    assert read_file(file) == ("ada@example.com", "pass:word é")


def test_a_named_pipe_has_them_as_well(tmp_path: Path) -> None:
    """As a shell makes it for the output of a password manager."""
    reader, writer = os.pipe()
    os.write(writer, b"ada@example.com:word\n")
    os.close(writer)
    assert read_file(Path(f"/dev/fd/{reader}")) == ("ada@example.com", "word")
    os.close(reader)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        SECRET.encode(),
        f":{SECRET}".encode(),
        b"ada@example.com:",
        f"ada@example.com:{SECRET}\nmore".encode(),
        f"ada@example.com:{SECRET}\x1b[2J".encode(),
        f"\xff{SECRET}".encode("latin-1"),
    ],
)
def test_what_is_none_is_said_and_not_quoted(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "admin"
    file.write_bytes(content)
    with pytest.raises(CredentialsInvalid, match="EMAIL:PASSWORD") as invalid:
        read_file(file)
    assert SECRET not in str(invalid.value)


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(CredentialsInvalid, match="cannot be read"):
            read_file(path)


def test_a_message_names_the_source() -> None:
    with pytest.raises(CredentialsInvalid, match=r"^THE_VARIABLE has no credentials"):
        parse_credentials(SECRET, "THE_VARIABLE")


def test_it_is_known_who_may_read_a_file(tmp_path: Path) -> None:
    file = tmp_path / "admin"
    file.touch()
    for mode, expected in {0o600: False, 0o400: False, 0o640: True, 0o604: True}.items():
        file.chmod(mode)
        assert is_readable_by_others(file) is expected
    assert not is_readable_by_others(tmp_path / "none")
