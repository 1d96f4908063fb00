"""Generates templates of other tools: plugin -> hooks -> desired state -> texts -> files."""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path
from typing import Any

from biot_plugin_cli.aws.limits import require_environment_size
from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.export.parameters import Parameter, Variables, find_variables
from biot_plugin_cli.export.sam import render_sam
from biot_plugin_cli.export.template_files import write_files
from biot_plugin_cli.export.terraform import render_terraform
from biot_plugin_cli.hooks.discovery import discover_hooks
from biot_plugin_cli.own_account.desired_state import DesiredState
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["Format", "generate"]


class Format(str, Enum):
    """The tools, as users type them."""

    SAM = "sam"
    TERRAFORM = "terraform"


_DEFAULTS = {Format.SAM: "template.yaml", Format.TERRAFORM: "terraform"}
_HAS_NO_HOOKS = "The entry point is not made with the framework, so its schedule is unknown: add it to the template"


def generate(plugin: Plugin, tool: Format, output: Path | None, *, force: bool) -> dict[str, Any]:
    """Write the template of a plugin; return the document of `--json`.

    Args:
        plugin: The plugin, with the overrides of its environment.
        tool: The tool.
        output: The template's file, or the module's folder; a place in the plugin's repository if None.
        force: Whether files are replaced that were not made by this command.

    Raises:
        CliError: The plugin cannot be imported or deployed to an account of one's own, or a file cannot be written.
    """
    if plugin.manifest.package == "image":
        raise InvalidPlugin(
            "A template names a zip file, and this plugin is deployed as a container image: run biot-plugin deploy "
            "--target aws, or set package = 'zip' in pyproject.toml"
        )
    base_url, hooks = plugin.base_url, discover_hooks(plugin)
    desired = DesiredState.of(plugin.manifest, plugin.environment, base_url or "", hooks, None)
    require_environment_size({**plugin.manifest.environment, **desired.label_variables}, plugin.manifest.environment)
    variables = find_variables(desired, base_url)
    place = (output or plugin.root / _DEFAULTS[tool]).absolute()
    files = write_files(_texts(desired, variables, tool, place, _package(plugin)), force=force)
    return {
        "format": tool.value,
        "name": plugin.manifest.name,
        "files": [str(file) for file in files],
        "package": str(_package(plugin)),
        "parameters": [_describe(parameter, tool) for parameter in variables.parameters],
        "warnings": [] if hooks.has_framework else [_HAS_NO_HOOKS],
    }


def _texts(desired: DesiredState, variables: Variables, tool: Format, place: Path, package: Path) -> dict[Path, str]:
    if tool is Format.SAM:
        return {place: render_sam(desired, variables, _relative(package, place.parent))}
    texts = render_terraform(desired, variables, _relative(package, place))
    return {place / name: text for name, text in texts.items()}


def _package(plugin: Plugin) -> Path:
    return plugin.root.absolute() / "dist" / f"{plugin.manifest.name}.zip"


def _relative(path: Path, folder: Path) -> str:
    # The repository may be elsewhere on the machine that deploys.
    return Path(os.path.relpath(path, folder)).as_posix()


def _describe(parameter: Parameter, tool: Format) -> dict[str, Any]:
    return {
        "name": parameter.camel_case if tool is Format.SAM else parameter.snake_case,
        "variable": parameter.variable,
        "default": parameter.default,
        "secret": parameter.is_secret,
    }
