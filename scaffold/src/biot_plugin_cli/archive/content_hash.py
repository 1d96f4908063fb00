"""What makes one package differ from another: the files that a plugin runs, and nothing about how they were packed.

The content hash is the SHA-256 of a text with one line for each file, in the order of the paths:

    0644 <SHA-256 of its bytes> <its path in the package>

0755 stands there for a file that may be run. Bytecode is left out, for it follows from the sources and from the
interpreter that happened to be at hand. Of a distribution's own description (`*.dist-info`) only `entry_points.txt`
counts by its bytes, and of `METADATA` the path, which holds the distribution's name and version: the rest is what tools
note for each other. So packages that were made by other versions of this tool, of Python, uv, pip or zlib have the same
content hash when they would do the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from biot_plugin_cli.archive.zip_file import Entry

__all__ = ["Digest", "content_hash"]

_DESCRIPTION = ".dist-info"
_NO_BYTES = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Digest:
    """A file of a package, without its bytes.

    Attributes:
        name: Its path in the package.
        sha256: Of its bytes, in hexadecimal.
        executable: Whether it may be run.
    """

    name: str
    sha256: str
    executable: bool

    @classmethod
    def of(cls, entry: Entry) -> Digest:
        """Make the digest of an entry."""
        return cls(entry.name, hashlib.sha256(entry.content).hexdigest(), entry.executable)


def content_hash(digests: Iterable[Digest]) -> str:
    """Hash the files of a package.

    Args:
        digests: All of them, in any order.

    Returns:
        64 hexadecimal digits.
    """
    lines = (_line(digest) for digest in sorted(digests, key=lambda digest: digest.name))
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _line(digest: Digest) -> str:
    path = PurePosixPath(digest.name)
    sha256 = digest.sha256
    if path.suffix == ".pyc":
        return ""
    if path.parts[0].endswith(_DESCRIPTION):
        if path.name == "METADATA":
            sha256 = _NO_BYTES
        elif path.name != "entry_points.txt":
            return ""
    return f"{'0755' if digest.executable else '0644'} {sha256} {digest.name}\n"
