"""The folder that evidence is written to: all of it or nothing, and never in place of what somebody else has made."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.evidence.integrity import hash_list
from biot_plugin_cli.evidence.integrity.hash_list import SIGNATURES, read_hash_list
from biot_plugin_cli.terminal.scratch import scratch_folder
from biot_plugin_cli.terminal.signals import uninterrupted

__all__ = ["require_writable", "write_folder"]

_PREFIX = ".evidence-"


def require_writable(output: Path) -> None:
    """Require that a folder may be written, before anything is made for it.

    Args:
        output: The folder: a new one, an empty one, or one that this program has made and nobody has added to.

    Raises:
        OperationFailed: It may not.
    """
    if output.is_symlink() or (output.exists() and not output.is_dir()):
        raise OperationFailed(f"{output} is no folder: choose another one with -o FOLDER")
    if not output.is_dir() or not any(output.iterdir()):
        return
    try:
        own = {*read_hash_list(output).files, hash_list.FILE_NAME, *SIGNATURES.values()}
    except OperationFailed as error:
        raise OperationFailed(
            f"{output} was not made by biot-plugin evidence: remove it, or choose another one with -o FOLDER"
        ) from error
    foreign = sorted(
        name
        for path in output.rglob("*")
        if (path.is_symlink() or not path.is_dir()) and (name := path.relative_to(output).as_posix()) not in own
    )
    if foreign:
        raise OperationFailed(
            f"{output} has {foreign[0]}, which biot-plugin evidence did not make: move it elsewhere, or choose another "
            "folder with -o FOLDER"
        )


def write_folder(
    output: Path, files: Mapping[str, bytes], listed: bytes, sign: Callable[[bytes], tuple[str, bytes]] | None
) -> None:
    """Write a folder in one step; it is signed before it is there.

    Args:
        output: The folder.
        files: Its files, by their paths in it.
        listed: The list of their hashes.
        sign: Signs the list; None not to.

    Raises:
        OperationFailed: It cannot be written or signed; what is there is unchanged.
    """
    require_writable(output)
    signed = sign(listed) if sign else None
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with scratch_folder(output.parent, _PREFIX) as scratch:
            new = scratch / "new"
            for name, content in {**files, hash_list.FILE_NAME: listed}.items():
                path = new / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            if signed:
                (new / SIGNATURES[signed[0]]).write_bytes(signed[1])
            _replace(output, new, scratch / "old")
    except OSError as error:
        raise OperationFailed(f"Cannot write {output} ({error.strerror}): choose another one with -o FOLDER") from error


def _replace(output: Path, new: Path, old: Path) -> None:
    with uninterrupted():
        is_there = output.exists()
        if is_there:
            output.rename(old)
        try:
            new.rename(output)
        except OSError:
            if is_there:
                old.rename(output)
            raise
    shutil.rmtree(old, ignore_errors=True)
