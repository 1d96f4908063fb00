"""Reading of layers that others made: nothing in them is trusted, and nothing of them is ever in memory as a whole."""

from __future__ import annotations

import gzip
import hashlib
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Protocol, TypeAlias

from biot_plugin_cli.errors import InvalidPlugin, OperationFailed
from biot_plugin_cli.image.size_limit import MAX_UNPACKED_BYTES, check_size

__all__ = ["PlainReader", "open_plain", "read_members"]

Take: TypeAlias = Callable[[tarfile.TarInfo, IO[bytes]], object]

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_BUFFER = 1024 * 1024
# Of long names and attributes, which are read as a whole.
_MAX_HEADER_BYTES = 1024 * 1024
_MAX_MEMBERS = 2_000_000
_HEADERS = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)


class _Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


class PlainReader:
    """Reads the uncompressed content of a layer, hashes it, and ends where Lambda would refuse it."""

    def __init__(self, source: _Source) -> None:
        self._source = source
        self._sha256 = hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        """Read up to so many bytes."""
        content = self._source.read(min(size, _BUFFER) if size >= 0 else _BUFFER)
        self._sha256.update(content)
        self.size += len(content)
        # The archive is larger than the files in it, by little.
        check_size(self.size - MAX_UNPACKED_BYTES // 10)
        return content

    @property
    def diff_id(self) -> str:
        """The digest of what was read."""
        return f"sha256:{self._sha256.hexdigest()}"


def open_plain(file: IO[bytes], name: str) -> PlainReader:
    """Open the uncompressed content of a layer, whatever it is compressed with.

    Args:
        file: The layer, at its beginning.
        name: What to call it in an error.

    Raises:
        InvalidPlugin: It is compressed with zstd, which Lambda is not known to accept.
    """
    start = file.read(len(_ZSTD))
    file.seek(0)
    if start.startswith(_ZSTD):
        raise zstd_error(name)
    return PlainReader(gzip.GzipFile(fileobj=file, mode="rb") if start.startswith(_GZIP) else file)


def zstd_error(name: str) -> InvalidPlugin:
    """Make the error for a layer that is compressed with zstd."""
    return InvalidPlugin(
        f"{name} has layers that are compressed with zstd, which Lambda is not known to accept: copy it to a registry "
        "of yours with gzip, for example with skopeo copy --dest-compress-format gzip, and name that as the base"
    )


def read_members(
    path: Path, name: str, diff_id: str | None = None, take: Take | None = None
) -> Iterator[tarfile.TarInfo]:
    """Read what is in a layer, member by member.

    Args:
        path: The file.
        name: What to call the image in an error.
        diff_id: The digest that its uncompressed content must have; None for any.
        take: Gets each regular file, and may read its content before the next one.

    Raises:
        OperationFailed: It cannot be read, is no layer, or has another content.
        InvalidPlugin: It is too large, or compressed with zstd.
    """
    try:
        with path.open("rb") as file:
            reader = open_plain(file, name)
            with tarfile.open(fileobj=reader, mode="r|", tarinfo=_Member, bufsize=_BUFFER) as archive:  # type: ignore[call-overload,unused-ignore]
                for number, member in enumerate(archive):
                    if number >= _MAX_MEMBERS:
                        raise _invalid(name, f"a layer has more than {_MAX_MEMBERS} files")
                    # It would remember all of them.
                    archive.members = []
                    content = archive.extractfile(member) if take and member.isreg() else None
                    if take and content:
                        take(member, content)
                    yield member
            while reader.read(_BUFFER):
                pass
    except (tarfile.TarError, zlib.error, EOFError, gzip.BadGzipFile) as error:
        raise _invalid(name, f"a layer is damaged: {error}") from error
    except OSError as error:
        raise OperationFailed(f"Cannot read {path} ({error.strerror}): make it readable") from error
    if diff_id and reader.diff_id != diff_id:
        raise _invalid(name, "a layer has another content than its configuration says")


class _Member(tarfile.TarInfo):
    """A member whose headers are no larger than those of real files."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Member:
        """Parse a header."""
        member = super().frombuf(buf, encoding, errors)
        if member.type in _HEADERS and member.size > _MAX_HEADER_BYTES:
            raise tarfile.ReadError("the header of a file is too large")
        return member


def _invalid(name: str, reason: str) -> OperationFailed:
    return OperationFailed(f"{name} cannot be used ({' '.join(reason.split())}): build or pull it again")
