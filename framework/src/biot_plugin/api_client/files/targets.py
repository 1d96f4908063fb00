"""Where the content of a download goes: a path, which has all of it or nothing, or a file that is open."""

from __future__ import annotations

import io
import os
from collections.abc import Generator
from contextlib import contextmanager
from hashlib import md5
from pathlib import Path
from typing import IO, Any

from biot_plugin.http.messages import LocalFileFailed


class Target:
    """A file that is open for writing bytes.

    Args:
        file: The file.

    Attributes:
        size: The number of bytes that were written.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.size = 0
        self._file = file
        self._start = file.tell() if file.seekable() else None
        self._digest = md5(usedforsecurity=False)

    @property
    def digest(self) -> str:
        """The MD5 digest of what was written, in hexadecimal."""
        return self._digest.hexdigest()

    def begin(self) -> None:
        """Forget what an earlier attempt has written. Raises LocalFileFailed."""
        if self.size:
            self._rewind()
        self.size = 0
        self._digest = md5(usedforsecurity=False)

    def write(self, piece: memoryview) -> None:
        """Append to the content. Raises LocalFileFailed."""
        self._digest.update(piece)
        self.size += len(piece)
        try:
            while piece:
                # A file without a buffer may take less; other objects with a `write` need not say how much they took.
                count: int | None = self._file.write(piece)
                piece = piece[len(piece) if count is None else count :]
        except (OSError, ValueError) as error:
            raise LocalFileFailed(error) from error

    def _rewind(self) -> None:
        if self._start is None:
            raise LocalFileFailed(
                io.UnsupportedOperation("the download broke off, and its target cannot be rewound: pass a path")
            )
        try:
            self._file.seek(self._start)
            self._file.truncate()
        except (OSError, ValueError) as error:
            raise LocalFileFailed(error) from error


@contextmanager
def opened_target(to: object) -> Generator[Target, None, None]:
    """Open a target; a path gets the content in the end, and stays as it was where the download fails.

    Raises:
        TypeError: It is neither a path nor a file that is open for writing bytes.
        OSError: It cannot be written.
    """
    if not isinstance(to, (str, os.PathLike)):
        yield Target(_require_binary(to))
        return
    path = Path(to)
    if path.is_dir():
        raise IsADirectoryError(f"download needs the path of a file, and {path} is a folder")
    partial = path.with_name(f"{path.name}.{os.urandom(4).hex()}.part")
    try:
        with partial.open("xb") as file:
            yield Target(file)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _require_binary(to: Any) -> IO[bytes]:
    if not hasattr(to, "write"):
        raise TypeError(f"download needs a path or a file that is open, not a {type(to).__name__}, to write to")
    if isinstance(to, io.TextIOBase):
        raise TypeError('download needs a file that is open for writing bytes: open it with the mode "wb"')
    file: IO[bytes] = to
    return file
