"""Checks the plugin's dependencies: whether they are locked, and have wheels for Lambda."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from biot_plugin_cli.check.finding import Finding, split_message
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.plugin.source_location import SourceLocation

if TYPE_CHECKING:
    from biot_plugin_cli.dependencies.pyproject import Project

__all__ = ["check_dependencies"]


def check_dependencies(plugin: Plugin) -> Iterator[Finding]:
    """Select the wheels as packaging does: from the lock, which needs no package index, or by resolving.

    Nothing is installed. If no package index can be reached, that is a warning.
    """
    from biot_plugin_cli.dependencies.pyproject import Project

    if plugin.is_invalid("runtime"):
        return
    project = Project.of(plugin.root, plugin.file.document)
    yield from _check_lock(plugin, project)
    yield from _check_wheels(plugin, project)


def _check_lock(plugin: Plugin, project: Project) -> Iterator[Finding]:
    from biot_plugin_cli.dependencies.lock import is_locked
    from biot_plugin_cli.uv.program import find_uv

    # Without uv nothing can be resolved instead, which is an error of its own.
    if not project.needs_nothing and not is_locked(plugin.root) and find_uv(plugin.root):
        yield Finding.warning(
            "lock-missing",
            "There is no uv.lock, so the newest versions would be packaged; the package was neither built nor loaded",
            "run make setup or uv lock, and commit uv.lock",
            _location_of(plugin, "dependencies"),
        )


def _check_wheels(plugin: Plugin, project: Project) -> Iterator[Finding]:
    from biot_plugin_cli.dependencies.errors import DependencyError, PythonMismatch
    from biot_plugin_cli.dependencies.lock import locked_distributions
    from biot_plugin_cli.dependencies.wheel_selection import require_wheels

    try:
        locked, _ = locked_distributions(project, plugin.target)
        require_wheels(locked, plugin.target)
    except DependencyError as error:
        key = "requires-python" if isinstance(error, PythonMismatch) else "dependencies"
        yield Finding.error(error.code, *split_message(error), _location_of(plugin, key))
    except OperationFailed as error:
        reason, advice = split_message(error)
        message = f"Cannot check whether the dependencies have wheels for Lambda: {reason}"
        yield Finding.warning("dependencies-unknown", message, advice, _location_of(plugin, "dependencies"))


def _location_of(plugin: Plugin, key: str) -> SourceLocation:
    return SourceLocation(plugin.file.path.name, plugin.file.line_at("project", key))
