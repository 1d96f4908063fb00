"""The zip file that a plugin's code is uploaded in: checked, then extracted."""

from __future__ import annotations

import copy
import io
import shutil
import struct
import zipfile
import zlib
from pathlib import Path

from biot_emulator.runtime.archive_entries import Entry, InvalidCode, check_layout, parse_entries

__all__ = ["extract_code"]

# What the standard library raises for archives that are damaged, depending on where; also where a name is not UTF-8.
_DAMAGED = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    ArithmeticError,
    EOFError,
    LookupError,
    RuntimeError,
    ValueError,
)


def extract_code(code: bytes, target: Path) -> None:
    """Extract the zip file of a plugin's code.

    Args:
        code: The zip file.
        target: An empty folder.

    Raises:
        InvalidCode: It is not a zip file, damaged, or not safe to extract; the folder may hold a part of it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(code)) as archive:
            infos = archive.infolist()
            entries = parse_entries(infos)
            check_layout(code, infos, archive.start_dir)
            for entry in entries:
                _extract_entry(archive, entry, target)
    except OSError as error:
        # Without the path: it reveals this machine's folders.
        raise InvalidCode(f"The code cannot be extracted: {error.strerror or 'it is damaged'}") from error
    except _DAMAGED as error:
        reason = ascii(str(error))[1:-1] if str(error) else "it is damaged"
        raise InvalidCode(f"The code is not a valid zip file: {reason}") from error


def _extract_entry(archive: zipfile.ZipFile, entry: Entry, target: Path) -> None:
    path = target / entry.path
    if entry.is_folder:
        path.mkdir(parents=True, exist_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    size = entry.info.file_size
    # One more byte than there should be, as reading would end silently where the content is longer than it says.
    info = copy.copy(entry.info)
    info.file_size = size + 1
    with archive.open(info) as source, path.open("xb") as file:
        shutil.copyfileobj(source, file)
        if file.tell() != size:
            raise zipfile.BadZipFile("a file is shorter or longer than the archive says")
    path.chmod(entry.permissions)
