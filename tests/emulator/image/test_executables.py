"""What a program's file says of where it runs."""

from __future__ import annotations

import shutil
import struct
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from biot_emulator.image import executables
from biot_emulator.image.executables import find_program, obstacle

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="programs of images are for Linux")

SEARCH_PATH = "/usr/local/bin:/usr/bin"
#: What begins the file of a program for this machine's processor.
HEAD = Path(sys.executable).resolve().read_bytes()[:20]
LOADER = b"/lib64/ld.so\0"


def put(tree: Path, path: str, content: bytes = b"", mode: int = 0o755) -> Path:
    file = tree / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    file.chmod(mode)
    return file


def elf(loader: bytes = b"", *, wide: bool = True, little: bool = True, machine: int = 62) -> bytes:
    """The file of a program, with one segment that names what loads it."""
    order, size = "<" if little else ">", 56 if wide else 32
    start = 64 if wide else 52
    head = bytearray(start)
    head[:7] = b"\x7fELF" + bytes([2 if wide else 1, 1 if little else 2, 1])
    struct.pack_into(f"{order}H", head, 18, machine)
    struct.pack_into(order + ("Q" if wide else "I"), head, 32 if wide else 28, start)
    struct.pack_into(f"{order}HH", head, 54 if wide else 42, size, 1 if loader else 0)
    segment = bytearray(size)
    struct.pack_into(f"{order}I", segment, 0, 3)
    struct.pack_into(order + ("Q" if wide else "I"), segment, 8 if wide else 4, start + size)
    struct.pack_into(order + ("Q" if wide else "I"), segment, 32 if wide else 16, len(loader))
    return bytes(head + segment + loader)


# Where a program is


@pytest.mark.parametrize(
    ("program", "folder", "path"),
    [
        ("start", "/", "/usr/bin/start"),
        ("/usr/bin/start", "/", "/usr/bin/start"),
        ("./start", "/usr/bin", "/usr/bin/./start"),
        ("bin/start", "/usr", "/usr/bin/start"),
        ("start", "/usr/bin", "/usr/bin/start"),
        ("/start", "/usr/bin", None),
        ("./start", "/", None),
        ("usr", "/", None),
        ("no", "/", None),
    ],
)
def test_a_program_is_a_path_or_a_name(tmp_path: Path, program: str, folder: str, path: str | None) -> None:
    put(tmp_path, "usr/bin/start")
    assert find_program(tmp_path, program, SEARCH_PATH, folder) == path


def test_the_first_folder_counts_and_relative_ones_do_not(tmp_path: Path) -> None:
    put(tmp_path, "usr/bin/start")
    put(tmp_path, "here/start")
    assert find_program(tmp_path, "start", f"here:.::{SEARCH_PATH}", "/here") == "/usr/bin/start"
    put(tmp_path, "usr/local/bin/start")
    assert find_program(tmp_path, "start", SEARCH_PATH, "/") == "/usr/local/bin/start"


def test_a_program_of_this_machine_is_not_found_by_way_of_a_link(tmp_path: Path) -> None:
    (tmp_path / "python").symlink_to(sys.executable)
    assert find_program(tmp_path, "/python", SEARCH_PATH, "/") is None


# What is against it


def test_nothing_is_against_this_machines_own_program(tmp_path: Path) -> None:
    put(tmp_path, "static", elf(machine=struct.unpack_from("<H", HEAD, 18)[0]))
    assert obstacle(tmp_path, "/static") is None
    shutil.copy(Path(sys.executable).resolve(), tmp_path / "python")
    said = obstacle(tmp_path, "/python")
    assert said is None or (said.startswith("what loads its program /python, /lib"))


def test_what_loads_a_program_must_be_there(tmp_path: Path) -> None:
    put(tmp_path, "start", elf(LOADER, machine=struct.unpack_from("<H", HEAD, 18)[0]))
    assert obstacle(tmp_path, "/start") == "what loads its program /start, /lib64/ld.so, is not in it"
    put(tmp_path, "usr/lib/ld.so")
    (tmp_path / "lib64").symlink_to("usr/lib")
    assert obstacle(tmp_path, "/start") is None


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("little", [False, True])
def test_programs_of_every_word_size_and_byte_order_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wide: bool, little: bool
) -> None:
    content = elf(LOADER, wide=wide, little=little)
    put(tmp_path, "start", content)
    own = content[4:5] + content[5:6] + content[18:20]
    monkeypatch.setattr(executables, "_own_processor", lambda: own)
    assert obstacle(tmp_path, "/start") == "what loads its program /start, /lib64/ld.so, is not in it"


@pytest.mark.parametrize(
    "content", [elf(machine=183), elf(machine=243), elf(wide=False, machine=62), elf(little=False)]
)
def test_another_processor_is_said(tmp_path: Path, content: bytes) -> None:
    put(tmp_path, "start", content)
    assert obstacle(tmp_path, "/start") == "its program /start is for another processor than this machine's"


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        (HEAD, 0o644, "its program /start cannot be executed"),
        (b"", 0o755, "its program /start is none that Linux runs"),
        (b"MZ windows", 0o755, "its program /start is none that Linux runs"),
        (b"#!\n", 0o755, "its program /start is a script for no program"),
        (b"#! /bin/no -x\n", 0o755, "its program /bin/no is not in it"),
        (b"#!/start\n", 0o755, "its program /start is a script for no program"),
    ],
)
def test_what_cannot_be_run_is_said(tmp_path: Path, content: bytes, mode: int, said: str) -> None:
    put(tmp_path, "start", content, mode)
    assert obstacle(tmp_path, "/start") == said


def test_a_program_that_is_missing_or_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for path in ("/no", "/folder"):
        assert obstacle(tmp_path, path) == f"its program {path} is not in it"


def test_a_script_needs_what_runs_it(tmp_path: Path) -> None:
    put(tmp_path, "start", b"#!/bin/sh\nexit")
    put(tmp_path, "bin/sh", elf(machine=183))
    assert obstacle(tmp_path, "/start") == "its program /bin/sh is for another processor than this machine's"
    put(tmp_path, "bin/sh", elf(machine=struct.unpack_from("<H", HEAD, 18)[0]))
    assert obstacle(tmp_path, "/start") is None


@pytest.mark.parametrize("place", [2**63 - 1, 2**63, 2**64 - 1])
def test_a_file_that_points_far_beyond_its_end_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    monkeypatch.setattr(executables, "_own_processor", lambda: elf()[4:6] + elf()[18:20])
    headers, segment = bytearray(elf(LOADER)), bytearray(elf(LOADER))
    struct.pack_into("<Q", headers, 32, place)
    struct.pack_into("<Q", segment, 64 + 8, place)
    for content in (headers, segment):
        put(tmp_path, "start", bytes(content))
        said = obstacle(tmp_path, "/start")
        assert said is None or said.startswith("what loads its program")


@given(st.binary(max_size=200), st.booleans())
@settings(max_examples=200)
def test_whatever_a_file_is_there_is_an_answer(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, own: bool
) -> None:
    tree = tmp_path_factory.mktemp("tree")
    put(tree, "start", (HEAD if own else b"\x7fELF") + content)
    said = obstacle(tree, "/start")
    assert said is None or said.startswith(("its program", "what loads its program"))
