"""Whether a program in an unpacked image can run on this machine: what its file says of itself."""

from __future__ import annotations

import os
import struct
import sys
from functools import cache
from pathlib import Path

from biot_emulator.image.rooted_paths import resolve

__all__ = ["find_program", "obstacle"]

_MAX_SCRIPTS = 4
_HEAD_BYTES = 64 * 1024
_ELF = b"\x7fELF"
_WORD_SIZE, _BYTE_ORDER = slice(4, 5), slice(5, 6)
_LITTLE = b"\x01"
_MACHINE = 18
_INTERPRETER = 3
# Offsets of: the program headers, their size and number, a segment's offset and size.
_LAYOUTS = {b"\x01": ("I", 28, 42, 4, 16), b"\x02": ("Q", 32, 54, 8, 32)}


def find_program(tree: Path, program: str, search_path: str, folder: str) -> str | None:
    """Return the path in the image of a program; None where there is none.

    Args:
        tree: The unpacked image.
        program: A path, or a name to search for.
        search_path: The folders to search in.
        folder: The working folder, from which relative paths lead.
    """
    if "/" in program:
        candidates = [program if program.startswith("/") else f"{folder}/{program}"]
    else:
        candidates = [f"{part}/{program}" for part in search_path.split(os.pathsep) if part.startswith("/")]
    return next((path for path in candidates if (file := resolve(tree, path)) and file.is_file()), None)


def obstacle(tree: Path, program: str, depth: int = 0) -> str | None:
    """Say why a program cannot run here; None where nothing is against it.

    Args:
        tree: The unpacked image.
        program: Its path in the image.
        depth: How many scripts have led to it.
    """
    file = resolve(tree, program)
    if file is None or not file.is_file():
        return f"its program {program} is not in it"
    if not file.stat().st_mode & 0o111:
        return f"its program {program} cannot be executed"
    with file.open("rb") as content:
        head = content.read(_HEAD_BYTES)
    if head.startswith(b"#!"):
        return _script_obstacle(tree, program, head, depth)
    if not head.startswith(_ELF):
        return f"its program {program} is none that Linux runs"
    if _processor(head) != _own_processor():
        return f"its program {program} is for another processor than this machine's"
    interpreter = _interpreter(head)
    if interpreter and resolve(tree, interpreter) is None:
        return f"what loads its program {program}, {interpreter}, is not in it"
    return None


def _script_obstacle(tree: Path, program: str, head: bytes, depth: int) -> str | None:
    words = head[2:].partition(b"\n")[0].split()
    if not words or depth == _MAX_SCRIPTS:
        return f"its program {program} is a script for no program"
    return obstacle(tree, os.fsdecode(words[0]), depth + 1)


@cache
def _own_processor() -> bytes:
    with open(sys.executable, "rb") as file:  # noqa: PTH123
        return _processor(file.read(_MACHINE + 2))


def _processor(head: bytes) -> bytes:
    return head[_WORD_SIZE] + head[_BYTE_ORDER] + head[_MACHINE : _MACHINE + 2]


def _interpreter(head: bytes) -> str | None:
    """Return the program that a dynamically linked program names to load it; None for a static one."""
    word, headers_at, sizes_at, offset_at, size_at = _LAYOUTS[head[_WORD_SIZE]]
    order = "<" if head[_BYTE_ORDER] == _LITTLE else ">"
    try:
        (start,) = struct.unpack_from(order + word, head, headers_at)
        size, count = struct.unpack_from(order + "HH", head, sizes_at)
        for header in range(start, start + size * count, size or 1):
            if struct.unpack_from(order + "I", head, header)[0] == _INTERPRETER:
                (offset,) = struct.unpack_from(order + word, head, header + offset_at)
                (length,) = struct.unpack_from(order + word, head, header + size_at)
                return os.fsdecode(head[offset : offset + length].rstrip(b"\0"))
    except (struct.error, OverflowError):
        return None
    return None
