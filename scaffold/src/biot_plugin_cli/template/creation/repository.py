"""Creation of a plugin's repository, completely or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.runner import require_git
from biot_plugin_cli.manifest.lambda_runtimes import RUNTIMES
from biot_plugin_cli.plugin.interpreters import find_interpreter, newest_runtime
from biot_plugin_cli.template.copier_adapter import render
from biot_plugin_cli.template.creation.destination import Destination, staged
from biot_plugin_cli.template.creation.framework_folder import FrameworkFolder
from biot_plugin_cli.template.creation.framework_source import parse_framework_source
from biot_plugin_cli.template.creation.lock_file import lock_dependencies
from biot_plugin_cli.template.installation_sources import installation_sources
from biot_plugin_cli.template.versions import open_template
from biot_plugin_cli.terminal.console import err

__all__ = ["Creation", "create_repository"]

# Values of UV_PYTHON_DOWNLOADS.
_NO_DOWNLOADS = ("never", "false")
#: Members of the document of `new-plugin --json` that are answers to questions, and the names of these.
_REPORTED = {
    "name": "name",
    "displayName": "display_name",
    "hooks": "hooks",
    "runtime": "runtime",
    "package": "package",
    "ci": "ci",
}


@dataclass(frozen=True, slots=True)
class Creation:
    """How a plugin is created.

    Attributes:
        framework_from: Where it installs the framework from, as `parse_framework_source` reads it; None for where this
            program was installed from.
        git: Whether it has a repository of its own; None for one unless it is in the work tree of another.
        lock: Whether its dependencies are locked.
        ask: Whether remaining questions are asked on the terminal; the defaults are used otherwise.
    """

    framework_from: str | None = None
    git: bool | None = None
    lock: bool = True
    ask: bool = False


def create_repository(
    folder: Path, answers: Mapping[str, Any], defaults: Mapping[str, Any], creation: Creation
) -> dict[str, Any]:
    """Create a plugin's repository with one commit.

    Args:
        folder: The folder; it must be missing, empty, or have an empty git repository and nothing else.
        answers: Answers to the template's questions, by name.
        defaults: Default answers to other questions.
        creation: How it is created.

    Returns:
        The document of `new-plugin --json`.

    Raises:
        UsageError: An answer is invalid.
        OperationFailed: The repository cannot be created; nothing is left behind.
    """
    require_git()
    destination = Destination.of(folder)
    surrounding = None
    if creation.git is None and not destination.has_repository:
        surrounding = destination.surrounding_repository()
    with open_template() as template, staged(destination) as staging:
        fixed = {**answers, **_sources(creation, destination), **_runtime_choices(), "branch": destination.branch()}
        final = render(template, staging.folder, fixed, {**_default_runtime(), **defaults}, creation.ask)
        unlocked = None
        if creation.lock:
            with err.status("Locking the dependencies ...") if err.is_terminal else nullcontext():
                unlocked = lock_dependencies(staging.folder, destination.folder, final["runtime"])
        version = template.newest
        message = f"Create the plugin {final['name']} from template version {version}"
        has_commit = creation.git is not False and surrounding is None
        commit = staging.publish(message if has_commit else None)
    repository = _later_repository(destination) if creation.git is False else surrounding
    return {
        "path": str(destination.folder),
        **{member: final[answer] for member, answer in _REPORTED.items()},
        "templateVersion": version,
        "commit": commit,
        **_framework_members(FrameworkFolder.of(final["sources"], destination.folder, repository)),
        "surroundingRepository": str(surrounding) if surrounding else None,
        "replaced": sorted(destination.replaced),
        "locked": creation.lock and unlocked is None,
        "unlockedBecause": unlocked,
    }


def _framework_members(framework: FrameworkFolder | None) -> dict[str, Any]:
    """Return what the document says of a framework that is a folder: whether clones of the plugin have it, too."""
    return {
        "frameworkFolder": framework.place if framework else None,
        "frameworkCloned": framework is None or framework.cloned,
        "frameworkIgnoredBy": framework.ignored_by if framework else None,
    }


def _later_repository(destination: Destination) -> Path | None:
    """Find the repository that files without one of their own may be committed to; that need not be possible."""
    with suppress(OperationFailed):
        return None if destination.has_repository else destination.surrounding_repository()
    return None


def _sources(creation: Creation, destination: Destination) -> dict[str, Any]:
    """Return the answers that say where the framework comes from."""
    if creation.framework_from is None:
        return {"sources": installation_sources(), "sources_chosen": False}
    return {"sources": parse_framework_source(creation.framework_from, destination.folder), "sources_chosen": True}


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
