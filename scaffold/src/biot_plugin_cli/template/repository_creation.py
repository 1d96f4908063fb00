"""Creation of a plugin's repository, completely or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.runner import commit_all, initialise, require_git
from biot_plugin_cli.manifest.lambda_runtimes import RUNTIMES
from biot_plugin_cli.plugin.interpreters import find_interpreter, newest_runtime
from biot_plugin_cli.template.copier_adapter import render
from biot_plugin_cli.template.installation_sources import installation_sources
from biot_plugin_cli.template.versions import open_template
from biot_plugin_cli.terminal.scratch import scratch_folder
from biot_plugin_cli.terminal.signals import complete, is_pending, uninterrupted

__all__ = ["create_repository"]

_SCRATCH = ".new-plugin-"
# Values of UV_PYTHON_DOWNLOADS.
_NO_DOWNLOADS = ("never", "false")


def create_repository(
    folder: Path, answers: Mapping[str, Any], defaults: Mapping[str, Any], *, ask: bool
) -> dict[str, Any]:
    """Create a plugin's repository with one commit.

    Args:
        folder: The folder; it must be missing or empty.
        answers: Answers to the template's questions, by name.
        defaults: Default answers to other questions.
        ask: Whether to ask the remaining questions on the terminal; the defaults are used otherwise.

    Returns:
        The document of `new-plugin --json`.

    Raises:
        UsageError: An answer is invalid.
        OperationFailed: The repository cannot be created; nothing is left behind.
    """
    require_git()
    _require_empty(folder)
    with open_template() as template, _staged(folder) as staging:
        fixed = {**answers, "sources": installation_sources(), **_runtime_choices()}
        final = render(template, staging, fixed, {**_default_runtime(), **defaults}, ask)
        initialise(staging)
        commit = commit_all(
            staging, f"Create the plugin {final['name']} from template version {template.newest}", ignored=True
        )
        version = template.newest
    return {
        "path": str(folder.absolute()),
        "name": final["name"],
        "displayName": final["display_name"],
        "hooks": final["hooks"],
        "runtime": final["runtime"],
        "package": final["package"],
        "ci": final["ci"],
        "templateVersion": version,
        "commit": commit,
    }


def _require_empty(folder: Path) -> None:
    try:
        is_occupied = any(folder.iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        raise OperationFailed(f"Cannot use {folder} ({error.strerror}): choose another folder") from error
    if is_occupied:
        raise OperationFailed(f"{folder} is not empty: choose a folder that does not exist yet")


@contextmanager
def _staged(folder: Path) -> Iterator[Path]:
    """Yield a folder in a temporary one, and move it and its missing parents to the final place on success."""
    folder = folder.absolute()
    # What is moved in one step: the folder, or the topmost of its parents that are missing.
    top = next(path for path in (folder, *folder.parents) if path.parent.exists())
    try:
        with scratch_folder(top.parent, _SCRATCH) as scratch:
            staging = scratch / folder.relative_to(top.parent)
            staging.parent.mkdir(parents=True, exist_ok=True)
            yield staging
            with uninterrupted():
                if not is_pending():
                    os.rename(scratch / top.name, top)  # noqa: PTH104  # replaces an empty folder, which Path.rename promises nowhere
                    complete()
    except OSError as error:
        raise OperationFailed(f"Cannot create {folder} ({error.strerror or error}): choose another folder") from error


def _runtime_choices() -> dict[str, Any]:
    """Return the runtimes on this machine and a hint for the others, for the template's questions; not recorded."""
    may_download = os.environ.get("UV_PYTHON_DOWNLOADS") not in _NO_DOWNLOADS
    return {
        "found_runtimes": [runtime for runtime in RUNTIMES if find_interpreter(runtime)],
        "runtime_hint": f" (not on this machine: {'make setup downloads it' if may_download else 'install it first'})",
    }


def _default_runtime() -> dict[str, str]:
    newest = newest_runtime()
    return {"runtime": newest} if newest else {}
