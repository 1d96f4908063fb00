"""The addresses of the page's parts."""

from __future__ import annotations

from urllib.parse import quote, urlencode

__all__ = ["ROOT", "link", "owns"]

ROOT = "/_emulator/"
"""The page's own address."""
_BELOW = f"{ROOT}page/"


def owns(path: str) -> bool:
    """Whether a path is the page's, and not an API's."""
    return path in (ROOT, ROOT.rstrip("/")) or path.startswith(_BELOW)


def link(*segments: str, **query: str | int | None) -> str:
    """Return the address of a part of the page.

    Args:
        *segments: The segments of its path, of any characters; none for the list of calls.
        **query: Parameters; those without a value are left out.
    """
    path = _BELOW + "/".join(quote(segment, safe="") for segment in segments) if segments else ROOT
    present = {name: value for name, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(present)}" if present else path
