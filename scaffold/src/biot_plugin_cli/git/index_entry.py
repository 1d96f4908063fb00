"""What git's index has of a file."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path
from typing import NamedTuple

__all__ = ["IndexEntry"]

# By the length of an id in hexadecimal.
_ALGORITHMS = {40: "sha1", 64: "sha256"}
_LINK, _REPOSITORY = "120000", "160000"


class IndexEntry(NamedTuple):
    """A tracked file.

    Attributes:
        mode: Its mode in octal.
        blob: The id of its content.
    """

    mode: str
    blob: str

    @property
    def is_file(self) -> bool:
        """Whether it is neither a symbolic link nor a repository."""
        return self.mode not in (_LINK, _REPOSITORY)

    def is_content_of(self, file: Path) -> bool:
        """Whether a file has this content, byte for byte; not if it cannot be read."""
        try:
            if not stat.S_ISREG(file.stat().st_mode):
                return False
            content = file.read_bytes()
        except OSError:
            return False
        digest = hashlib.new(_ALGORITHMS[len(self.blob)], b"blob %d\0" % len(content), usedforsecurity=False)
        digest.update(content)
        return digest.hexdigest() == self.blob

    @property
    def is_repository(self) -> bool:
        """Whether it stands for a commit of another repository."""
        return self.mode == _REPOSITORY
