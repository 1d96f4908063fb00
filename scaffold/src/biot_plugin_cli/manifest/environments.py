"""The environments that a plugin is deployed to: the tables `[tool.biot-plugin.env.NAME]`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.manifest.environment_variables import find_variable_problems
from biot_plugin_cli.manifest.problem import ManifestProblem, table_header
from biot_plugin_cli.manifest.rules import find_problems
from biot_plugin_cli.manifest.settings import Manifest

__all__ = ["find_override_problems", "require_environment"]


def require_environment(manifest: Manifest, name: str, file: Path) -> Mapping[str, Any]:
    """Look up an environment's table, unchanged from the file.

    Args:
        manifest: The plugin's manifest.
        name: The environment's name.
        file: The manifest's file, which the error names.

    Raises:
        InvalidPlugin: There is no such environment.
    """
    if name in manifest.environments:
        return manifest.environments[name]
    known = ", ".join(manifest.environments)
    advice = f"add it, or choose one of {known}" if known else "add it"
    raise InvalidPlugin(f"{file} has no table {table_header('env', name)}: {advice}")


def find_override_problems(manifest: Manifest, name: str) -> Iterator[ManifestProblem]:
    """Find every problem of an environment's table.

    Args:
        manifest: The plugin's manifest.
        name: The environment's name.
    """
    overrides = manifest.environments[name]
    problems = list(find_problems(overrides, name))
    yield from problems
    if not problems:
        # The limit on the size of all variables counts those of both tables.
        yield from find_variable_problems({**manifest.environment, **overrides.get("environment", {})}, ("env", name))
