"""Removal of installed files that no plugin needs at run time: scripts, stubs, caches, installer metadata.

Nothing is removed that a library can import or read. Bytecode without its source is a module. Some libraries read type
stubs, their own or those of others, so that stubs are only removed where nothing as much as names such files.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import shutil
from importlib import metadata
from pathlib import Path

from biot_plugin_cli.archive.entry_paths import locate
from biot_plugin_cli.dependencies.components import installed_distributions

__all__ = ["prune"]

# Written by installers and build tools; some of it contains paths of this machine.
_INSTALLER_METADATA = frozenset(["INSTALLER", "REQUESTED", "direct_url.json", "uv_build.json", "uv_cache.json"])
_CACHES = frozenset(["__pycache__", ".DS_Store"])
_STUB = ".pyi"
# `attach_stub` of lazy_loader is how most of them do it.
_READS_STUBS = (b".pyi", b"attach_stub")
_AT_TOP = frozenset(["bin", ".lock"])


def prune(folder: Path) -> None:
    """Remove what is not needed at run time from a folder, and update the `RECORD` files."""
    for path in folder.iterdir():
        if path.name in _AT_TOP:
            _remove(path)
    keeps_stubs = _reads_stubs(folder)
    for path in sorted(folder.rglob("*"), reverse=True):
        is_stub = path.suffix == _STUB and not keeps_stubs
        if path.name in _CACHES or is_stub or _is_installer_metadata(path):
            _remove(path)
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    for name, distribution in installed_distributions(folder):
        _write_record(folder, name, distribution)


def _reads_stubs(folder: Path) -> bool:
    """Whether any installed file names stubs, except for stubs and for metadata, which lists all files."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    if not any(path.suffix == _STUB for path in paths):
        return False
    code = (path for path in paths if path.suffix != _STUB and path.parent.suffix != ".dist-info")
    return any(name in content for content in map(Path.read_bytes, code) for name in _READS_STUBS)


def _write_record(folder: Path, dist_info: str, distribution: metadata.PathDistribution) -> None:
    record = f"{dist_info}/RECORD"
    files = {str(file) for file in distribution.files or () if locate(folder, str(file)).is_file()} - {record}
    rows = [(name, *_fingerprint(locate(folder, name))) for name in sorted(files)]
    # Installers may have linked the file to the one in their cache.
    (folder / record).unlink(missing_ok=True)
    with (folder / record).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([*rows, (record, "", "")])


def _fingerprint(file: Path) -> tuple[str, int]:
    content = file.read_bytes()
    return f"sha256={base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()}", len(content)


def _is_installer_metadata(path: Path) -> bool:
    return path.name in _INSTALLER_METADATA and path.parent.suffix == ".dist-info"


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
