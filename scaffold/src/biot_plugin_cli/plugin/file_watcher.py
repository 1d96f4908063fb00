"""Tells when the plugin's own files change: once for each burst of changes, when it has settled."""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
from collections.abc import Generator
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed

__all__ = ["is_own", "watch"]

_QUIET_SECONDS = 0.1
_STEP_MS = 25
_PAUSE_MS = 50

_FOREIGN_ANYWHERE = frozenset(
    [
        *("__pycache__", "node_modules", ".venv", "venv", ".git", ".hg", ".svn", ".cache", ".uv", ".tox", ".nox"),
        *(".idea", ".vscode", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", "htmlcov"),
    ]
)
# A package of the author's may have these names, deeper down.
_FOREIGN_AT_TOP = frozenset(["build", "dist"])
_FOREIGN_NAMES = re.compile(
    r"""
    \.py[co]$                       # bytecode
    | ^\.coverage(\.|$)
    | \.egg-info$
    | ^\.DS_Store$
    | ~$                            # backups of emacs, nano, gedit and others
    | ^\#.*\#$ | ^\.\#              # emacs: unsaved work, and locks
    | ^\..*\.sw[a-z]$ | ^4913$      # vim: unsaved work, and whether it may write
    | ^\.?___jb_ | ___jb_\w+___$    # the JetBrains family
    | ^\.goutputstream-             # GNOME
    | ^\.sb-                        # macOS
    | \.kate-swp$
    | ^sed\w{6}$
    | ^flycheck_
    | \.tmp(\.[\w.-]+)?$
    """,
    re.VERBOSE,
)


def watch(folder: Path, stop: threading.Event) -> Generator[tuple[Path, ...]]:
    """Watch a plugin's folder.

    Whatever changes after this function has returned is seen, also before the first value is asked for.

    Args:
        folder: The plugin's folder.
        stop: Ends the iteration soon after it is set, from any thread.

    Returns:
        For each burst of changes, once nothing has changed for about 100 ms: the plugin's own files and folders that
        were edited, made, removed or renamed (both names), in order and relative to the folder. Closing it, or its
        end, frees everything.

    Raises:
        OperationFailed: The folder cannot be watched.
    """
    batches = _batches(folder.resolve(), stop)
    # The first answer comes when the watch has begun.
    first = next(batches, set())
    return _bursts(first, batches)


def is_own(path: Path) -> bool:
    """Whether a path is the plugin's own, and not what tools and editors make for themselves.

    Args:
        path: Relative to the plugin's folder.
    """
    parts = path.parts
    if not parts or parts[0] in _FOREIGN_AT_TOP or _FOREIGN_ANYWHERE.intersection(parts):
        return False
    # Nothing is imported from a hidden folder.
    return not any(part.startswith(".") for part in parts[:-1]) and not any(map(_FOREIGN_NAMES.search, parts))


def _batches(root: Path, stop: threading.Event) -> Generator[set[Path]]:
    """Give the plugin's own changes as they come, and an empty set where there are none of them for a while."""
    import watchfiles

    try:
        for changes in watchfiles.watch(
            root,
            watch_filter=None,
            step=_STEP_MS,
            rust_timeout=_PAUSE_MS,
            yield_on_timeout=True,
            stop_event=stop,
        ):
            relative = (Path(os.path.relpath(path, root)) for _, path in changes)
            yield set(filter(is_own, relative))
    except FileNotFoundError as error:
        raise OperationFailed(f"{root} cannot be watched for changes: there is no such folder") from error
    except (OSError, RuntimeError) as error:  # the library's own error is a RuntimeError
        raise OperationFailed(
            f"{root} cannot be watched for changes: {error}; with WATCHFILES_FORCE_POLLING=1 in the environment it is "
            "looked at again and again instead"
        ) from error


def _bursts(first: set[Path], batches: Generator[set[Path]]) -> Generator[tuple[Path, ...]]:
    changed, changed_at = first, time.monotonic()
    with contextlib.closing(batches):
        for batch in batches:
            if batch:
                changed |= batch
                changed_at = time.monotonic()
            elif changed and time.monotonic() - changed_at >= _QUIET_SECONDS:
                yield tuple(sorted(changed))
                changed = set()
