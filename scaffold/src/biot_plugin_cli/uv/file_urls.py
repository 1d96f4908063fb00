"""Files that are named by URLs, as in lock files."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

__all__ = ["file_of"]


def file_of(url: str) -> Path:
    """Return the file of a `file:` URL."""
    # This module also loads all that opens connections.
    from urllib.request import url2pathname

    return Path(url2pathname(urlsplit(url).path))
