"""How large files and their parts may be (contract section 13.1)."""

from __future__ import annotations

__all__ = ["LEAST_PART_BYTES", "MOST_BYTES", "MOST_PARTS", "URL_SECONDS"]

_MEBIBYTE = 1024 * 1024

LEAST_PART_BYTES = 5 * _MEBIBYTE
"""What each part has at least, but for the last one."""

MOST_BYTES = 5 * 1024 * _MEBIBYTE
"""What one PUT may have: a whole file, or a part."""

MOST_PARTS = 10_000
"""How many parts a file can have."""

URL_SECONDS = 60 * 60
"""How long a signed URL is valid, which is not published."""
