"""The API for plugins: list, find, create, update and delete (contract section 6.1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.connection import Form
from biot_plugin_cli.platform.errors import Refusal
from biot_plugin_cli.platform.response_schemas import PLUGIN

__all__ = ["PREFIX", "PluginCalls"]

PREFIX = "Plugin-"
"""The prefix of plugin names on the platform."""

_PLUGINS = "/settings/v2/plugins"
_ZIP = "application/x-zip-compressed"
_NO_SUCH_CALL = (404, 405)
# A PATCH request must not contain these, by the published API.
_PUT_ONLY = frozenset({"name", "deploymentPackageType"})

Config = Mapping[str, Any]
Code = tuple[str, bytes]


class PluginCalls:
    """The plugins on a platform.

    Args:
        client: The client to send requests with.
    """

    def __init__(self, client: PlatformClient) -> None:
        self._client = client
        self._has_put = True

    def find(self, name: str) -> dict[str, Any] | None:
        """Fetch a plugin by name; None if there is no such plugin."""
        try:
            plugin: dict[str, Any] = self._client.get(_path(name), PLUGIN)
        except Refusal as error:
            if error.status_code == 404 and error.code == "PLUGIN_NOT_FOUND":
                return None
            raise
        return plugin

    def all(self) -> list[dict[str, Any]]:
        """Fetch all plugins, sorted by name."""
        return self._client.search(_PLUGINS, {"sort": [{"prop": "name", "order": "ASC"}]}, PLUGIN)

    def create(self, config: Config, code: Code) -> dict[str, Any]:
        """Create a plugin."""
        plugin: dict[str, Any] = self._client.change("POST", _PLUGINS, _form(config, code), PLUGIN)
        return plugin

    def update(self, name: str, whole: Config, changed: Config, code: Code | None) -> dict[str, Any]:
        """Update a plugin by PUT with its whole configuration, or by PATCH where the platform has no PUT.

        Args:
            name: The plugin's name.
            whole: The whole new configuration.
            changed: The fields of it that change, and the version.
            code: The file name and the content of the zip; None if the code does not change.
        """
        if self._has_put:
            try:
                updated: dict[str, Any] = self._client.change(
                    "PUT", _path(name), _form({**whole, "name": name}, code), PLUGIN
                )
                return updated
            except Refusal as error:
                if error.status_code not in _NO_SUCH_CALL or error.code == "PLUGIN_NOT_FOUND":
                    raise
                self._has_put = False
        partial = {field: value for field, value in changed.items() if field not in _PUT_ONLY}
        patched: dict[str, Any] = self._client.change("PATCH", _path(name), _form(partial, code), PLUGIN)
        return patched

    def delete(self, name: str) -> None:
        """Delete a plugin."""
        self._client.change("DELETE", _path(name))


def _path(name: str) -> str:
    return f"{_PLUGINS}/{PREFIX}{quote(name, safe='')}"


def _form(config: Config, code: Code | None) -> Form:
    parts: dict[str, str | tuple[str, bytes, str]] = {} if code is None else {"code": (*code, _ZIP)}
    return {**parts, "config": json.dumps(config)}
