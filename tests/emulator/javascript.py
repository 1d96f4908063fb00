"""Plugins in JavaScript, run by the Node.js of this machine."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from biot_emulator import Function, Runtime, SandboxUnavailable
from biot_emulator.runtime.nodes import NODE_RUNTIMES, find_node, installed_node_runtimes

__all__ = ["files_zip", "javascript", "nearest_runtime", "running_javascript", "write"]


def nearest_runtime() -> str:
    """Return a runtime that this machine has in its own version, or else any; skip where it has no Node.js."""
    if own := installed_node_runtimes():
        return own[-1]
    _require_node()
    return NODE_RUNTIMES[-1]


def _require_node() -> None:
    try:
        find_node(NODE_RUNTIMES[0])
    except SandboxUnavailable as missing:
        pytest.skip(str(missing))


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files into a folder, by their paths in it."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def javascript(folder: Path, code: str | dict[str, str], runtime: str = "nodejs20.x", **settings: Any) -> Function:
    """Write a plugin, and return what Lambda would know of it; skip where this machine has no Node.js."""
    _require_node()
    write(folder, {"index.js": code} if isinstance(code, str) else code)
    interpreter, node = find_node(runtime)
    return Function(folder, interpreter, "demo", node=node, **{"timeout": 20, **settings})


@contextmanager
def running_javascript(folder: Path, code: str | dict[str, str], *more: str, **settings: Any) -> Iterator[Runtime]:
    """Run a plugin as long as the block lasts."""
    with Runtime(javascript(folder, code, *more, **settings)) as runtime:
        yield runtime


def files_zip(files: dict[str, str]) -> bytes:
    """Make the zip of a plugin with these files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()
