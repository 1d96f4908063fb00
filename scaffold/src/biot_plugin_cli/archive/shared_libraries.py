"""Reads for which machine a shared library was built."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from biot_plugin_cli.plugin.package_target import Target

__all__ = ["is_library", "library_refusal"]

_NAME = re.compile(r"\.so(\.\d+)*$")
_MACHINES = {3: "x86", 40: "arm", 62: "x86_64", 183: "aarch64", 243: "riscv"}
_X86_64 = 62
_64_BIT_LITTLE_ENDIAN = b"\x02\x01"
_HEADER_BYTES = 20


def is_library(name: str) -> bool:
    """Whether a file's name is that of a shared library or an extension module."""
    return _NAME.search(name) is not None


def library_refusal(name: str, content: bytes, target: Target) -> str | None:
    """Tell what a shared library was built for, where that is not the target.

    Args:
        name: The file's name; an extension module's names the Python that it is for.
        content: What it holds, or its beginning.
        target: Where it is to run.

    Returns:
        What it is for, in a few words; None when it runs there.
    """
    header = content[:_HEADER_BYTES]
    if len(header) < _HEADER_BYTES or not header.startswith(b"\x7fELF"):
        return "another system than Linux"
    machine = int.from_bytes(header[18:20], "little")
    if machine != _X86_64 or header[4:6] != _64_BIT_LITTLE_ENDIAN:
        return f"the processor {_MACHINES.get(machine, f'number {machine} of ELF')}"
    return target.refusal(PurePosixPath(name).name)
