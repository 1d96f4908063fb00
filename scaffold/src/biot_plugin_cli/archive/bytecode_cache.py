"""The bytecode of the last build, by what determines it: after a change of one file, that file alone is compiled."""

from __future__ import annotations

import hashlib
import marshal
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from biot_plugin_cli.archive.bytecode import LAMBDA_ROOT, compile_entries, compiler_sha256, interpreter_build
from biot_plugin_cli.archive.zip_file import Entry

__all__ = ["compile_changed"]

_SOURCE, _BYTECODE = ".py", ".pyc"
_DIGEST_BYTES = hashlib.sha256().digest_size

_Known = dict[str, tuple[str, bytes]]
"""The key and the content of each bytecode file, by its name."""


def compile_changed(python: Path, entries: Iterable[Entry], cache: Path) -> list[Entry]:
    """Compile the source files among a few entries, but for those whose bytecode a file has from before.

    Args:
        python: An interpreter of the runtime's version.
        entries: The entries; those that are not Python source files are ignored.
        cache: The file, which is replaced if anything has changed. It may be missing or damaged.

    Returns:
        The bytecode files.

    Raises:
        SyntaxProblem: A file cannot be compiled.
        OperationFailed: The interpreter does not run.
    """
    build = interpreter_build(python)
    tag = build.partition(" ")[0]
    sources = {_bytecode_name(entry.name, tag): entry for entry in entries if entry.name.endswith(_SOURCE)}
    keys = {name: _key(build, entry) for name, entry in sources.items()}
    before = _read(cache)
    known = {name: before[name] for name, key in keys.items() if name in before and before[name][0] == key}
    compiled = compile_entries(python, [entry for name, entry in sources.items() if name not in known])
    known |= {entry.name: (keys[entry.name], entry.content) for entry in compiled}
    if known != before:
        _write(cache, known)
    return [Entry(name, content) for name, (_, content) in known.items()]


def _bytecode_name(source: str, tag: str) -> str:
    folder, slash, file = source.rpartition("/")
    return f"{folder}{slash}__pycache__/{file.removesuffix(_SOURCE)}.{tag}{_BYTECODE}"


def _key(build: str, entry: Entry) -> str:
    """Hash everything that determines the bytecode of a source file."""
    texts = [compiler_sha256(), build, LAMBDA_ROOT, entry.name]
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogateescape") + b"\0" + entry.content).hexdigest()


def _read(cache: Path) -> _Known:
    try:
        content = cache.read_bytes()
        known: Any = marshal.loads(_verified(content))  # noqa: S302 - of this very program
        return known if isinstance(known, dict) else {}
    except (OSError, ValueError, EOFError, TypeError):
        return {}


def _verified(content: bytes) -> bytes:
    digest, rest = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    if hashlib.sha256(rest).digest() != digest:
        raise ValueError("it is damaged")
    return rest


def _write(cache: Path, known: _Known) -> None:
    """Replace the file in one step; where that is not possible, all is compiled again the next time."""
    content = marshal.dumps(known)
    draft = cache.with_name(f"{cache.name}.{os.getpid()}")
    with suppress(OSError):
        draft.write_bytes(hashlib.sha256(content).digest() + content)
        draft.replace(cache)
