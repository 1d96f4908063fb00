"""Paths in an unpacked image, as a process sees them that has it as the root of all files."""

from __future__ import annotations

from pathlib import Path

__all__ = ["resolve"]

_MAX_LINKS = 40


def resolve(tree: Path, path: str) -> Path | None:
    """Return where a path leads to, by way of links and never out of the image; None where there is nothing.

    Args:
        tree: The unpacked image.
        path: An absolute path in it.
    """
    here = tree
    pending = _parts(path)
    links = 0
    while pending:
        name = pending.pop()
        if name == "..":
            here = here.parent if here != tree else tree
            continue
        below = here / name
        if not below.is_symlink():
            if not below.exists():
                return None
            here = below
            continue
        links += 1
        if links > _MAX_LINKS:
            return None
        target = str(below.readlink())
        here = tree if target.startswith("/") else here
        pending += _parts(target)
    return here


def _parts(path: str) -> list[str]:
    """Return the names in a path, the last first."""
    return [name for name in reversed(path.split("/")) if name not in ("", ".")]
