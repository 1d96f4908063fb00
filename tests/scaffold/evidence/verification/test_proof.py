"""Evidence that is as it was made, and evidence that is not."""

from __future__ import annotations

import io
import json
import os
import shutil
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.evidence.verification.proof import Proof, verify
from tests.scaffold.evidence.conftest import Release
from tests.scaffold.support import Program

Change = Callable[[Path], object]
ABSENT = object()


def told(proof: Proof) -> list[str]:
    return [str(item) for item in proof.differences]


def edit(name: str, old: str, new: str) -> Change:
    def change(folder: Path) -> None:
        file = folder / name
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, 1))

    return change


def flip(name: str, place: int) -> Change:
    def change(folder: Path) -> None:
        content = bytearray((folder / name).read_bytes())
        content[place] ^= 1
        (folder / name).write_bytes(content)

    return change


def change_in_package(folder: Path) -> None:
    """Change one byte of a file in the package, as somebody would who packs it again."""
    file = folder / "package" / "demo.zip"
    packed = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(packed, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            new.writestr(entry, content.replace(b"order=5", b"order=6") if entry.filename == "index.py" else content)
    file.write_bytes(packed.getvalue())


def add_to_package(folder: Path) -> None:
    with zipfile.ZipFile(folder / "package" / "demo.zip", "a") as archive:
        archive.writestr("more.py", "X = 1\n")


def link(folder: Path) -> None:
    """Replace a file by a link to the same content."""
    shutil.move(folder / "tests.json", folder.parent / "tests.json")
    (folder / "tests.json").symlink_to(folder.parent / "tests.json")


def link_folder(folder: Path) -> None:
    shutil.move(folder / "inputs", folder.parent / "inputs")
    (folder / "inputs").symlink_to(folder.parent / "inputs")


def crlf(folder: Path) -> None:
    file = folder / "tests.json"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))


CHANGES: dict[str, tuple[Change, str]] = {
    "a byte of the package": (flip("package/demo.zip", 400), "package: demo.zip is another file: expected "),
    "the end of the package": (flip("package/demo.zip", -5), "evidence: package/demo.zip was changed: expected "),
    "a file in the package": (change_in_package, "package: index.py was changed: expected "),
    "a file more in the package": (add_to_package, "package: more.py was added"),
    "no package": (lambda folder: (folder / "package/demo.zip").unlink(), "evidence: package/demo.zip is missing"),
    "a result of a test": (
        edit("tests.json", '"result": "failed"', '"result": "passed"'),
        "evidence: tests.json at /tests/1/result was changed: expected failed, and it is passed",
    ),
    "a count of results": (
        edit("tests.json", '"failed": 1', '"failed": 0'),
        "evidence: tests.json at /files/0/failed was changed: expected 1, and it is 0",
    ),
    "a raw result": (
        edit("inputs/tests-1.xml", "<failure", "<skipped"),
        "evidence: inputs/tests-1.xml was changed in line 8",
    ),
    "a version in the bill": (
        edit("sbom.cdx.json", '"version": "3.1"', '"version": "9.1"'),
        "/version was changed: expected 3.1, and it is 9.1",
    ),
    "a record less": (lambda folder: (folder / "anomalies.json").unlink(), "evidence: anomalies.json is missing"),
    "a file more": (lambda folder: (folder / "more.txt").write_text("x"), "evidence: more.txt was added"),
    "a hidden file more": (lambda folder: (folder / ".more").write_text(""), "evidence: .more was added"),
    "a link": (link, "evidence: tests.json is a link, and evidence has none"),
    "a folder that is a link": (link_folder, "evidence: inputs is a link, and evidence has none"),
    "a pipe": (lambda folder: os.mkfifo(folder / "pipe"), "evidence: pipe is no regular file, and evidence has none"),
    "other line ends": (crlf, "evidence: tests.json was changed"),
    "the page": (edit("index.html", "Example Medical", "Another one"), "evidence: index.html was changed in line "),
    "the copies": (flip("copies.zip", 300), "evidence: copies.zip was changed"),
    "nothing but a newline": (
        lambda folder: (folder / "soup.json").write_bytes((folder / "soup.json").read_bytes() + b"\n"),
        "evidence: soup.json was changed: expected ",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_was_changed_is_refused_and_named(folder: Path, name: str) -> None:
    assert told(verify(folder)) == []
    change, expected = CHANGES[name]
    change(folder)
    assert any(expected in line for line in told(verify(folder))), told(verify(folder))


def test_a_list_that_was_made_anew_does_not_fit_the_package(
    folder: Path, rehash: Callable[[Path], None], release: Release
) -> None:
    """Without a signature the hashes can be made anew; what is compared from elsewhere still differs."""
    change_in_package(folder)
    rehash(folder)
    lines = told(verify(folder))
    assert any(line.startswith("package: demo.zip is another file") for line in lines)
    released = release.made.folder / "package" / "demo.zip"
    assert any("index.py" in line for line in told(verify(folder))) and told(verify(folder, released)) == lines


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"plugin": "demo"', '"plugin": "damo"', "evidence.json at /plugin was changed: expected demo, and it is damo"),
        ('"time": "2', '"time": "3', "evidence.json at /time was changed"),
        ('"bytes": ', '"bytes": 1', "release.json is about another package than evidence.json"),
        ('"file": ', '"by": "me", "file": ', "release.json is about another package than evidence.json"),
        ('  "plugin"', '  "plugin": "other", "plugin"', "evidence.json was not written so by biot-plugin evidence"),
        ('  "plugin"', ' "plugin"', "evidence.json was not written so by biot-plugin evidence"),
    ],
)
def test_no_byte_of_the_list_is_free_to_be_changed(folder: Path, old: str, new: str, expected: str) -> None:
    edit("evidence.json", old, new)(folder)
    assert [expected in line for line in told(verify(folder))] == [True]


@pytest.mark.parametrize("name", ["a result of a test", "a version in the bill", "the page", "a raw result"])
def test_a_list_that_was_made_anew_does_not_fit_the_copies(
    folder: Path, rehash: Callable[[Path], None], name: str
) -> None:
    change, expected = CHANGES[name]
    change(folder)
    rehash(folder)
    assert any(expected in line for line in told(verify(folder))), told(verify(folder))


def test_another_package_is_compared_too(folder: Path, release: Release, tmp_path: Path) -> None:
    copy = tmp_path / "other" / "copy.zip"
    copy.parent.mkdir()
    shutil.copy(release.made.folder / "package" / "demo.zip", copy)
    assert told(verify(folder, copy)) == []
    flip("copy.zip", 500)(copy.parent)
    assert told(verify(folder, copy))[0].startswith("package: copy.zip is another file: expected ")
    with pytest.raises(OperationFailed, match="Cannot read"):
        verify(folder, tmp_path / "absent.zip")


def test_the_commit_is_built_again(
    folder: Path, release: Release, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(release.plugin.root)
    outcome = biot_plugin("evidence", "verify", folder, "--rebuild")
    assert outcome.exit_code == 0, outcome.err + outcome.out
    found = told(verify(folder, build=lambda commit: commit))
    assert len(found) == 1 and "makes other code: expected " in found[0]


def test_evidence_without_the_package_needs_it(release: Release, tmp_path: Path) -> None:
    made = release.again(tmp_path / "evidence", copies_package=False)
    assert not (made.folder / "package").exists()
    with pytest.raises(UsageError, match="has no copy of the package: pass --package FILE"):
        verify(made.folder)
    assert told(verify(made.folder, release.made.folder / "package" / "demo.zip")) == []


@pytest.mark.parametrize(
    "path",
    ["../outside.txt", "/etc/passwd", "inputs/../../x", "a\\b", "", ".", "a//b", "a/./b", "x\n", "con\u202ecept"],
)
def test_a_list_that_leads_out_of_the_folder_is_no_list(folder: Path, path: str) -> None:
    file = folder / "evidence.json"
    document = json.loads(file.read_bytes())
    document["files"][path] = "0" * 64
    file.write_text(json.dumps(document))
    with pytest.raises(OperationFailed, match="which is no plain path in the folder"):
        verify(folder)


@pytest.mark.parametrize(
    ("member", "value", "problem"),
    [
        ("format", "another", "is of another format"),
        ("files", {}, "does not list files and their hashes"),
        ("files", {"a": "short"}, "does not list files and their hashes"),
        ("files", None, "does not list files and their hashes"),
        ("package", {}, "does not identify the package"),
        ("package", {"sha256": "0" * 64, "contentHash": "0" * 64, "file": "../x"}, "does not name the package"),
        ("plugin", 1, "names no plugin and time"),
        ("time", ABSENT, "names no plugin and time"),
        ("package", ABSENT, "does not identify the package"),
    ],
)
def test_a_list_of_another_form_is_refused(folder: Path, member: str, value: object, problem: str) -> None:
    file = folder / "evidence.json"
    changed = {**json.loads(file.read_bytes()), member: value}
    file.write_text(json.dumps({name: value for name, value in changed.items() if value is not ABSENT}))
    with pytest.raises(OperationFailed, match=problem):
        verify(folder)


def test_a_list_that_was_made_anew_must_be_true_of_the_package(folder: Path, rehash: Callable[[Path], None]) -> None:
    edit("package-files.json", '"executable": false', '"executable": true')(folder)
    rehash(folder)
    file = folder / "evidence.json"
    document = json.loads(file.read_bytes())
    document["package"]["contentHash"] = "0" * 64
    file.write_text(json.dumps(document))
    lines = told(verify(folder))
    assert any("demo.zip has another content hash: expected 000" in line for line in lines)
    assert any("has another mode: expected executable, and it is not executable" in line for line in lines)
    assert any("is about another package than evidence.json" in line for line in lines)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("release.json", "[]"),
        ("release.json", "{}"),
        ("package-files.json", '{"files": 1}'),
        ("package-files.json", "[" * 5000),
        ("configuration.json", "null"),
    ],
)
def test_records_of_another_form_are_refused(
    folder: Path, rehash: Callable[[Path], None], name: str, text: str
) -> None:
    (folder / name).write_text(text)
    rehash(folder)
    with pytest.raises(OperationFailed, match=r"has records of another form|cannot be read"):
        verify(folder, status=lambda *_: {"name": "demo"})


def test_what_is_no_evidence_is_said_to_be_none(folder: Path, tmp_path: Path) -> None:
    for path, problem in (
        (tmp_path / "absent", "is no folder"),
        (tmp_path, "has no file evidence.json"),
        (folder / "index.html", "is no folder"),
    ):
        with pytest.raises(OperationFailed, match=problem):
            verify(path)
    (folder / "evidence.json").write_bytes(b"{")
    with pytest.raises(OperationFailed, match="is not JSON"):
        verify(folder)
    (folder / "evidence.json").rename(folder / "real.json")
    (folder / "evidence.json").symlink_to(folder / "real.json")
    with pytest.raises(OperationFailed, match="has no file evidence"):
        verify(folder)


def test_nothing_is_sent_or_received(
    folder: Path, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        pytest.fail("the network is used")

    for name in ("connect", "connect_ex", "sendto", "bind"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, name, refuse)
    monkeypatch.chdir(tmp_path)  # it needs no plugin either
    outcome = biot_plugin("evidence", "verify", folder)
    assert outcome.exit_code == 0, outcome.err
    assert "files are as they were made, not signed" in outcome.out
    assert "whoever changes the folder can change its hashes too" in outcome.err


def test_the_command_ends_with_1_and_names_what_differs(folder: Path, biot_plugin: Program) -> None:
    edit("tests.json", '"result": "failed"', '"result": "passed"')(folder)
    outcome = biot_plugin("evidence", "verify", folder, "--json")
    assert outcome.exit_code == 1
    assert outcome.document["ok"] is False
    assert outcome.document["differences"] == [
        {
            "where": "evidence",
            "name": "tests.json",
            "member": "/tests/1/result",
            "problem": "was changed",
            "expected": "failed",
            "actual": "passed",
        }
    ]
    shown = biot_plugin("evidence", "verify", folder)
    assert (shown.exit_code, "1 differences: this is not what was recorded" in shown.out) == (1, True)
