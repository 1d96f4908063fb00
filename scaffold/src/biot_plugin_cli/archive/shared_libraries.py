"""The machine that a shared library was built for, read from its ELF header and its file name."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from biot_plugin_cli.plugin.package_target import Target

__all__ = ["HEADER_BYTES", "is_library", "library_mismatch"]

HEADER_BYTES = 20
"""How much of a library's content is read."""

_NAME = re.compile(r"\.so(\.\d+)*$")
_MACHINES = {3: "x86", 40: "arm", 62: "x86_64", 183: "aarch64", 243: "riscv"}
_X86_64 = 62
_64_BIT_LITTLE_ENDIAN = b"\x02\x01"


def is_library(name: str) -> bool:
    """Whether a file name is that of a shared library or an extension module."""
    return _NAME.search(name) is not None


def library_mismatch(name: str, content: bytes, target: Target) -> str | None:
    """Return what a shared library was built for, if that is not the target.

    Args:
        name: The file name; that of an extension module includes the Python version.
        content: The content, or at least the first `HEADER_BYTES` bytes.
        target: The runtime to load it in.

    Returns:
        A noun phrase such as `the processor aarch64`; None when it runs on the target.
    """
    header = content[:HEADER_BYTES]
    if len(header) < HEADER_BYTES or not header.startswith(b"\x7fELF"):
        return "another system than Linux"
    machine = int.from_bytes(header[18:20], "little")
    if machine != _X86_64 or header[4:6] != _64_BIT_LITTLE_ENDIAN:
        return f"the processor {_MACHINES.get(machine, f'with ELF machine number {machine}')}"
    return target.refusal(PurePosixPath(name).name)
