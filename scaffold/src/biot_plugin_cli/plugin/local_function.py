"""A plugin's code as a Lambda function that runs on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biot_emulator import Function
    from biot_emulator.debugging.settings import Debugging
    from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["local_function"]


def local_function(
    plugin: Plugin,
    python: Path,
    platform: Mapping[str, str],
    variables: Mapping[str, str] | None = None,
    debugging: Debugging | None = None,
) -> Function:
    """Create the Lambda function of a plugin that is not packaged.

    Args:
        plugin: The plugin.
        python: The interpreter that has its dependencies.
        platform: The environment variables that the platform sets.
        variables: Environment variables that take precedence over all others.
        debugging: How it is debugged; None if it is not.
    """
    from biot_emulator import Function

    manifest = plugin.manifest
    return Function(
        root=plugin.root,
        interpreter=python,
        name=manifest.name,
        handler=manifest.handler,
        timeout=manifest.timeout,
        memory_mb=manifest.memory_size,
        environment={
            **manifest.environment,
            "BIOT_APP_NAME": manifest.display_name,
            **platform,
            **(variables or {}),
        },
        debugging=debugging,
    )
