"""A plugin's environment variables on the platform: whose they are, and which values may be shown.

A platform's plugin has variables that the manifest does not name: those that people set in the console, and those of an
older manifest, which nothing tells apart from them. They are sent back unchanged, and their values are never shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.manifest.environment_variables import RECORD_VARIABLES, RESERVED_PREFIX, looks_secret

__all__ = ["HIDDEN", "VARIABLES", "deployed_variables", "hide_value", "hide_variables", "other_variables"]

VARIABLES = "environmentVariables"
"""The field of the configuration."""

HIDDEN = "(hidden)"
"""Is shown instead of a value."""


def deployed_variables(plugin: Mapping[str, Any]) -> dict[str, Any]:
    """Read the variables of a plugin on the platform, without those that the platform adds itself.

    Raises:
        OperationFailed: They are not an object, so that they could not be sent back unchanged.
    """
    variables = plugin.get(VARIABLES)
    if variables is None:
        return {}
    if not isinstance(variables, Mapping):
        raise OperationFailed(
            f"The platform shows the environment variables of {plugin.get('name')} in an unknown form, and an update "
            "could remove them: nothing was changed; change the plugin in the console, or upgrade biot-plugin-cli"
        )
    return {
        name: value for name, value in variables.items() if value is not None and not name.startswith(RESERVED_PREFIX)
    }


def other_variables(plugin: Mapping[str, Any], environment: Mapping[str, str]) -> tuple[str, ...]:
    """List the names of a deployed plugin's variables that neither the manifest nor a deployment sets.

    Args:
        plugin: The plugin as the platform shows it.
        environment: The variables of the manifest.
    """
    return tuple(sorted(name for name in deployed_variables(plugin) if name not in {*environment, *RECORD_VARIABLES}))


def hide_value(name: str, value: Any, environment: Mapping[str, str]) -> Any:
    """Return a variable's value if the manifest has it, or `HIDDEN`; None stays, as there is nothing to hide.

    Args:
        name: The variable's name.
        value: Its value, from anywhere.
        environment: The variables of the manifest.
    """
    is_public = name in RECORD_VARIABLES or (environment.get(name) == value and not looks_secret(name))
    return value if value is None or is_public else HIDDEN


def hide_variables(fields: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """Return a plugin or configuration with the values of those variables hidden that the manifest does not have.

    Args:
        fields: A plugin as the platform shows it, or a configuration.
        environment: The variables of the manifest.
    """
    variables = fields.get(VARIABLES)
    if variables is None:
        return dict(fields)
    if not isinstance(variables, Mapping):
        return {**fields, VARIABLES: HIDDEN}
    return {**fields, VARIABLES: {name: hide_value(name, value, environment) for name, value in variables.items()}}
