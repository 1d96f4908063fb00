"""Making a plugin's repository, whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.runner import commit_all, initialise, require_git
from biot_plugin_cli.manifest.lambda_runtimes import RUNTIMES
from biot_plugin_cli.plugin.interpreters import find_interpreter, newest_runtime
from biot_plugin_cli.template.copier_adapter import render
from biot_plugin_cli.template.history import open_template
from biot_plugin_cli.template.sources import installation_sources

__all__ = ["create"]

_NO_DOWNLOADS = ("never", "false")


def create(folder: Path, answers: Mapping[str, Any], proposals: Mapping[str, Any], *, ask: bool) -> dict[str, Any]:
    """Make a plugin's repository with its first commit.

    Args:
        folder: Where; it must not exist or be empty.
        answers: The answers that are given, by the names of the template's questions.
        proposals: What is proposed for other questions.
        ask: Whether to ask them on the terminal; the proposals and the template's defaults are taken when not.

    Returns:
        What `new-plugin --json` prints.

    Raises:
        UsageError: An answer is not valid.
        OperationFailed: It cannot be made; nothing is left behind then.
    """
    require_git()
    _refuse_occupied(folder)
    with open_template() as template, _built_beside(folder) as workshop:
        known = {**answers, "sources": installation_sources(), **_about_this_machine()}
        final = render(template, workshop, known, {**_runtime_proposal(), **proposals}, ask)
        initialise(workshop)
        commit = commit_all(workshop, f"Make the plugin {final['name']} from template version {template.newest}")
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


def _refuse_occupied(folder: Path) -> None:
    try:
        occupied = any(folder.iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        raise OperationFailed(f"{folder} cannot be used: {error.strerror}") from error
    if occupied:
        raise OperationFailed(f"{folder} is not empty: name a folder that does not exist yet")


@contextmanager
def _built_beside(folder: Path) -> Iterator[Path]:
    """Give a temporary folder next to the wanted one, which it becomes when all went well."""
    parent = folder.absolute().parent
    made = [ancestor for ancestor in (parent, *parent.parents) if not ancestor.exists()]
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=parent) as temporary:
            workshop = Path(temporary) / "plugin"
            yield workshop
            os.rename(workshop, folder)  # noqa: PTH104  # replaces an empty folder, which Path.rename promises nowhere
    except BaseException as error:
        if made:
            shutil.rmtree(made[-1], ignore_errors=True)
        if isinstance(error, OSError):
            raise OperationFailed(f"{folder} cannot be made: {error.strerror or error}") from error
        raise


def _about_this_machine() -> dict[str, Any]:
    """Tell the questions which runtimes are here, and what to say of the others; no answer remembers it."""
    may_download = os.environ.get("UV_PYTHON_DOWNLOADS") not in _NO_DOWNLOADS
    return {
        "found_runtimes": [runtime for runtime in RUNTIMES if find_interpreter(runtime)],
        "runtime_hint": f" (not on this machine: {'make setup downloads it' if may_download else 'install it first'})",
    }


def _runtime_proposal() -> dict[str, str]:
    newest = newest_runtime()
    return {"runtime": newest} if newest else {}
