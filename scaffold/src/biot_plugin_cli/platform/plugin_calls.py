"""The calls of the settings API that a deployment makes (contract section 6.1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.connection import Form
from biot_plugin_cli.platform.errors import Refusal
from biot_plugin_cli.platform.response_shapes import PLUGIN

__all__ = ["PREFIX", "PluginCalls"]

PREFIX = "Plugin-"
"""What the platform puts before a plugin's name."""

_PLUGINS = "/settings/v2/plugins"
_ZIP = "application/x-zip-compressed"
_NO_SUCH_CALL = (404, 405)
#: The platform's published calls do not know the name and the kind of package in a partial update.
_ONLY_WHOLE = frozenset({"name", "deploymentPackageType"})

Config = Mapping[str, Any]
Code = tuple[str, bytes]


class PluginCalls:
    """The plugins on a platform.

    Args:
        client: Calls it.
    """

    def __init__(self, client: PlatformClient) -> None:
        self._client = client
        self._has_put = True

    def find(self, name: str) -> dict[str, Any] | None:
        """Give a plugin as the platform shows it; None where it has none of this name."""
        try:
            found: dict[str, Any] = self._client.get(_path(name), PLUGIN)
        except Refusal as error:
            if error.status_code == 404 and error.code == "PLUGIN_NOT_FOUND":
                return None
            raise
        return found

    def all(self) -> list[dict[str, Any]]:
        """Give all plugins, by name."""
        return self._client.search(_PLUGINS, {"sort": [{"prop": "name", "order": "ASC"}]}, PLUGIN)

    def create(self, config: Config, code: Code) -> dict[str, Any]:
        """Make a plugin."""
        made: dict[str, Any] = self._client.change("POST", _PLUGINS, _form(config, code), PLUGIN)
        return made

    def update(self, name: str, whole: Config, changed: Config, code: Code | None) -> dict[str, Any]:
        """Change a plugin: by PUT with all of its configuration; by PATCH with the changes where there is no PUT.

        Args:
            name: The plugin's name.
            whole: The whole configuration as it is to be.
            changed: What of it is to change, and the version.
            code: The file name and the content of the zip; None keeps the code.
        """
        if self._has_put:
            try:
                put: dict[str, Any] = self._client.change(
                    "PUT", _path(name), _form({**whole, "name": name}, code), PLUGIN
                )
                return put
            except Refusal as error:
                if error.status_code not in _NO_SUCH_CALL or error.code == "PLUGIN_NOT_FOUND":
                    raise
                self._has_put = False
        sent = {field: value for field, value in changed.items() if field not in _ONLY_WHOLE}
        patched: dict[str, Any] = self._client.change("PATCH", _path(name), _form(sent, code), PLUGIN)
        return patched

    def delete(self, name: str) -> None:
        """Remove a plugin."""
        self._client.change("DELETE", _path(name))


def _path(name: str) -> str:
    return f"{_PLUGINS}/{PREFIX}{quote(name, safe='')}"


def _form(config: Config, code: Code | None) -> Form:
    parts: dict[str, str | tuple[str, bytes, str]] = {} if code is None else {"code": (*code, _ZIP)}
    return {**parts, "config": json.dumps(config)}
