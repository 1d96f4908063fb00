"""The content hash, which is equal for two packages that run the same files, however they were packed.

It is the SHA-256 of a text with one line for each file, sorted by path:

    0644 <SHA-256 of its bytes> <its path in the package>

The mode of an executable file is 0755. Bytecode in `__pycache__` is left out, since it follows from the sources and the
interpreter that compiled them. Of a `*.dist-info` folder only the bytes of `entry_points.txt` and the path of
`METADATA`, which contains the distribution's name and version, are hashed; the rest is bookkeeping of installers. So
versions of this program, of Python, uv, pip or zlib do not change the hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from biot_plugin_cli.archive.zip_file import Entry

__all__ = ["Digest", "content_hash"]

_METADATA_FOLDER = ".dist-info"
_EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()


class Digest(NamedTuple):
    """A file of a package, with the hash of its content.

    Attributes:
        name: Its path in the package.
        sha256: The SHA-256 of its content, in hexadecimal.
        executable: Whether it is executable.
    """

    name: str
    sha256: str
    executable: bool

    @classmethod
    def of(cls, entry: Entry) -> Digest:
        """Hash an entry."""
        return cls(entry.name, hashlib.sha256(entry.content).hexdigest(), entry.executable)


def content_hash(digests: Iterable[Digest]) -> str:
    """Compute the content hash of a package.

    Args:
        digests: All files of the package, in any order.

    Returns:
        64 hexadecimal digits.
    """
    lines = (_line(digest) for digest in sorted(digests, key=lambda digest: digest.name))
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _line(digest: Digest) -> str:
    # There are thousands of files, each of which would take several times as long by pathlib.
    folder, _, file = digest.name.rpartition("/")
    sha256 = digest.sha256
    if file.endswith(".pyc") and file != ".pyc" and folder.rpartition("/")[2] == "__pycache__":
        return ""
    if digest.name.partition("/")[0].endswith(_METADATA_FOLDER):
        if file == "METADATA":
            sha256 = _EMPTY_SHA256
        elif file != "entry_points.txt":
            return ""
    return f"{'0755' if digest.executable else '0644'} {sha256} {digest.name}\n"
