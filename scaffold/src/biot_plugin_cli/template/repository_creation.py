"""Creation of a plugin's repository, completely or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from biot_plugin_cli.git.runner import require_git
from biot_plugin_cli.manifest.lambda_runtimes import RUNTIMES
from biot_plugin_cli.plugin.interpreters import find_interpreter, newest_runtime
from biot_plugin_cli.template.copier_adapter import render
from biot_plugin_cli.template.destination import Destination, staged
from biot_plugin_cli.template.installation_sources import installation_sources
from biot_plugin_cli.template.versions import open_template

__all__ = ["create_repository"]

# Values of UV_PYTHON_DOWNLOADS.
_NO_DOWNLOADS = ("never", "false")


def create_repository(
    folder: Path, answers: Mapping[str, Any], defaults: Mapping[str, Any], *, ask: bool
) -> dict[str, Any]:
    """Create a plugin's repository with one commit.

    Args:
        folder: The folder; it must be missing, empty, or have an empty git repository and nothing else.
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
    destination = Destination.of(folder)
    with open_template() as template, staged(destination) as staging:
        fixed = {**answers, "sources": installation_sources(), **_runtime_choices()}
        final = render(template, staging.folder, fixed, {**_default_runtime(), **defaults}, ask)
        version = template.newest
        commit = staging.publish(f"Create the plugin {final['name']} from template version {version}")
    return {
        "path": str(destination.folder),
        "name": final["name"],
        "displayName": final["display_name"],
        "hooks": final["hooks"],
        "runtime": final["runtime"],
        "package": final["package"],
        "ci": final["ci"],
        "templateVersion": version,
        "commit": commit,
    }


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
