"""Content on the disk: whole or not at all, below the state's folder, and nothing left over."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from biot_emulator.build import build_platform
from biot_emulator.client import Client
from biot_emulator.server.background_thread import Server
from biot_emulator.services.files.segments import Segment, SegmentFolders
from biot_emulator.state.store import Store
from biot_emulator.state.unavailable_data import DataUnavailable
from biot_emulator.testing import Emulator
from tests.emulator.services.files.contents import CSV, FILES, PARTS, in_parts, send, stored, url_of

ADMIN = ("ada@example.com", "secret")


def serve(folder: Path) -> Server:
    return Server(build_platform(Store(folder), admin=ADMIN))


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_files_and_parts_outlive_a_restart_and_orphans_do_not(tmp_path: Path) -> None:
    with serve(tmp_path) as server:
        client = Client(server.url).log_in(*ADMIN)
        whole = stored(client, b"whole")
        upload, parts = in_parts(client, b"part")
    content = tmp_path / "files"
    orphan = content / "12345678-1234-4234-8234-123456789012"
    orphan.mkdir()
    (orphan / "0.00000000000000000000000000000000.1").write_bytes(b"1")
    (content / "partial" / "abc").write_bytes(b"half")
    (content / "README").write_text("somebody else's")
    with serve(tmp_path) as server:
        client = Client(server.url).log_in(*ADMIN)
        assert send("GET", url_of(client, whole)).content == b"whole"
        done = client.call("POST", f"{PARTS}/{upload}/complete", json={"parts": parts})
        assert send("GET", done.body["signedUrl"]).content == b"part"
        names = files_below(content)
        assert (len(names), "README" in names) == (3, True)
        assert all(path.stat().st_mode & 0o077 == 0 for path in content.rglob("*.*"))
        assert client.call("POST", "/_emulator/reset").status_code < 300
        assert files_below(content) == ["README"]
        assert client.call("GET", f"{FILES}/{whole}/download").status_code == 404


def test_what_did_not_arrive_whole_changes_nothing(emulator: Emulator) -> None:
    id = stored(emulator, b"before")
    root = emulator.platform.files._folders.root
    made = emulator.call("POST", f"{FILES}/upload", json=CSV).body
    target = urlsplit(made["signedUrl"])
    with socket.create_connection((target.hostname, target.port or 0), timeout=20) as connection:
        connection.sendall(
            f"PUT {target.path}?{target.query} HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf".encode()
        )
    for _ in range(200):
        if not files_below(root / "partial"):
            break
        send("GET", url_of(emulator, id))
    assert files_below(root / "partial") == []
    absent = send("GET", url_of(emulator, made["id"]))
    assert (absent.status, absent.code) == (404, "FILE_ID_NOT_FOUND")


def test_a_content_that_is_replaced_leaves_nothing(emulator: Emulator) -> None:
    made = emulator.call("POST", f"{FILES}/upload", json=CSV).body
    for content in (b"first", b"second", b"second", b""):
        assert send("PUT", made["signedUrl"], content).status == 200
        assert send("GET", url_of(emulator, made["id"])).content == content
    assert len(files_below(emulator.platform.files._folders.root)) == 1


def test_a_content_that_was_changed_on_the_disk_is_not_sent(emulator: Emulator) -> None:
    id = stored(emulator, b"content")
    [name] = files_below(emulator.platform.files._folders.root)
    file = emulator.platform.files._folders.root / name
    url = url_of(emulator, id)
    file.write_bytes(b"longer content")
    assert send("GET", url).code == "FILE_ID_NOT_FOUND"
    file.unlink()
    file.symlink_to("/etc/hostname")
    assert send("GET", url).code == "FILE_ID_NOT_FOUND"
    file.unlink()
    assert send("GET", url).code == "FILE_ID_NOT_FOUND"


def test_a_disk_without_room_is_said(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    made = emulator.call("POST", f"{FILES}/upload", json=CSV).body
    monkeypatch.setattr(emulator.platform.files._folders, "_reserved", 10**18)
    full = send("PUT", made["signedUrl"], b"x")
    assert (full.status, full.code) == (507, "INSUFFICIENT_STORAGE")


def test_a_folder_that_cannot_be_written_is_said(emulator: Emulator) -> None:
    folders = emulator.platform.files._folders
    made = emulator.call("POST", f"{FILES}/upload", json=CSV).body
    (folders.root / made["id"]).write_text("in the way")
    full = send("PUT", made["signedUrl"], b"x")
    assert (full.status, full.code) == (507, "INSUFFICIENT_STORAGE")
    (folders.root / "partial").rename(folders.root / "moved")
    assert send("PUT", made["signedUrl"], b"x").code == "INSUFFICIENT_STORAGE"
    (folders.root / "moved").rename(folders.root / "partial")


def test_a_link_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "files").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DataUnavailable, match="is a symbolic link instead of a folder"):
        SegmentFolders(tmp_path / "files")


@pytest.mark.parametrize("name", ["", "x", "../1", "1.2.3", f"01.{'0' * 32}.1", f"1.{'0' * 32}.1/", f"1.{'G' * 32}.1"])
def test_a_name_that_is_no_segments(name: str) -> None:
    assert Segment.parse(name) is None
