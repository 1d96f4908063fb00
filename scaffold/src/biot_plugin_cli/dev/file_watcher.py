"""Watches a plugin's folder, and reports each burst of changes once it has settled."""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
from collections.abc import Generator
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.plugin.ignored_files import is_plugin_file

__all__ = ["watch"]

_SETTLE_SECONDS = 0.1
_SED_COPY = re.compile(r"sed\w{6}")
_STEP_MS = 25
_TIMEOUT_MS = 50


def watch(folder: Path, stop: threading.Event) -> Generator[tuple[Path, ...]]:
    """Watch a plugin's folder.

    Every change after this function has returned is seen, even if the first value is requested later.

    Args:
        folder: The plugin's folder.
        stop: Ends the iteration soon after it is set, from any thread.

    Returns:
        For each burst of changes, once nothing has changed for about 100 ms: the plugin's files and folders that were
        edited, created, removed or renamed (both names), sorted and relative to the folder. Closing or exhausting it
        releases all resources.

    Raises:
        OperationFailed: The folder cannot be watched.
    """
    batches = _batches(folder.resolve(), stop)
    # The first batch comes when the watch has started.
    first = next(batches, set())
    return _bursts(first, batches)


def _batches(root: Path, stop: threading.Event) -> Generator[set[Path]]:
    """Yield changes of the plugin's files as they come, and an empty set while there are none."""
    import watchfiles

    try:
        for changes in watchfiles.watch(
            root,
            watch_filter=None,
            step=_STEP_MS,
            rust_timeout=_TIMEOUT_MS,
            yield_on_timeout=True,
            stop_event=stop,
        ):
            relative = (Path(os.path.relpath(path, root)) for _, path in changes)
            yield {path for path in relative if is_plugin_file(path) and not _was_of_sed(root, path)}
    except FileNotFoundError as error:
        raise OperationFailed(f"{root} cannot be watched for changes: there is no such folder") from error
    except (OSError, RuntimeError) as error:  # the library's own error is a RuntimeError
        raise OperationFailed(
            f"{root} cannot be watched for changes: {error}; set WATCHFILES_FORCE_POLLING=1 to poll it instead"
        ) from error


def _was_of_sed(root: Path, path: Path) -> bool:
    """Whether a file was the copy that `sed -i` makes and renames; one that stays, such as `sedatives`, is not."""
    return _SED_COPY.fullmatch(path.name) is not None and not (root / path).exists()


def _bursts(first: set[Path], batches: Generator[set[Path]]) -> Generator[tuple[Path, ...]]:
    changed, changed_at = first, time.monotonic()
    with contextlib.closing(batches):
        for batch in batches:
            if batch:
                changed |= batch
                changed_at = time.monotonic()
            elif changed and time.monotonic() - changed_at >= _SETTLE_SECONDS:
                yield tuple(sorted(changed))
                changed = set()
