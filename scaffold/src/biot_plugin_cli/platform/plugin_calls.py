"""The API for plugins: list, find, create, update and delete (contract section 6.1)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.connection import Form
from biot_plugin_cli.platform.errors import AnswerLost, OtherPlugin, Refusal
from biot_plugin_cli.platform.hidden_values import hider
from biot_plugin_cli.platform.plugin_names import PREFIX, require_same_plugin
from biot_plugin_cli.platform.response_schemas import PLUGIN

__all__ = ["CodePart", "PluginCalls"]

_PLUGINS = "/settings/v2/plugins"
_ZIP = "application/x-zip-compressed"
_NO_SUCH_CALL = (404, 405)
_VARIABLES = "environmentVariables"
# A PATCH request must not contain these, by the published API.
_PUT_ONLY = frozenset({"name", "deploymentPackageType"})

Config = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CodePart:
    """What a call that changes a plugin has of its code.

    Attributes:
        file: The file name and the content of a zip; None if the code is not in the call.
        fields: The fields of the configuration that say where it is instead.
    """

    file: tuple[str, bytes] | None = field(default=None, repr=False)
    fields: Config = field(default_factory=dict)


class PluginCalls:
    """The plugins on a platform.

    A response about another plugin than the requested one is an error.

    Args:
        client: The client to send requests with.
    """

    def __init__(self, client: PlatformClient) -> None:
        self._client = client
        self._missing_methods: set[str] = set()

    def find(self, name: str) -> dict[str, Any] | None:
        """Fetch a plugin by name; None if there is no such plugin."""
        try:
            plugin = self._client.get(_path(name), PLUGIN)
        except Refusal as error:
            if error.status_code == 404 and error.code == "PLUGIN_NOT_FOUND":
                return None
            raise
        return _same_plugin(name, plugin)

    def all(self) -> list[dict[str, Any]]:
        """Fetch all plugins, sorted by name."""
        return self._client.search(_PLUGINS, {"sort": [{"prop": "name", "order": "ASC"}]}, PLUGIN)

    def create(self, config: Config, code: CodePart) -> dict[str, Any]:
        """Create a plugin."""
        return self._change("POST", _PLUGINS, config.get("name", ""), config, code)

    def update(self, name: str, whole: Config, changed: Config, code: CodePart | None) -> dict[str, Any]:
        """Update a plugin by PUT with its whole configuration, or by PATCH with what changes.

        Where the environment variables do not change, PATCH is preferred: it does not send them, so that one that is
        set by somebody else at this moment is not lost. Where the platform has no such call, the other one is sent.

        Args:
            name: The plugin's name.
            whole: The whole new configuration.
            changed: The fields of it that change, and the version.
            code: What the call has of the code; None if it does not change.
        """
        bodies = {
            "PUT": {**whole, "name": name},
            "PATCH": {field: value for field, value in changed.items() if field not in _PUT_ONLY},
        }
        preferred, other = ("PUT", "PATCH") if _VARIABLES in changed else ("PATCH", "PUT")
        if preferred not in self._missing_methods:
            try:
                return self._change(preferred, _path(name), name, bodies[preferred], code, _hider(whole))
            except Refusal as error:
                if error.status_code not in _NO_SUCH_CALL or error.code == "PLUGIN_NOT_FOUND":
                    raise
                self._missing_methods.add(preferred)
        return self._change(other, _path(name), name, bodies[other], code, _hider(whole))

    def delete(self, name: str) -> None:
        """Delete a plugin."""
        self._client.change("DELETE", _path(name))

    def _change(
        self,
        method: str,
        path: str,
        name: str,
        config: Config,
        code: CodePart | None,
        hide: Callable[[str], str] | None = None,
    ) -> dict[str, Any]:
        plugin = self._client.change(method, path, _form(config, code), PLUGIN, hide=hide or _hider(config))
        try:
            return _same_plugin(name, plugin)
        except OtherPlugin as error:
            # The status was a success, so something was changed.
            raise AnswerLost(str(error)) from error


def _path(name: str) -> str:
    return f"{_PLUGINS}/{PREFIX}{quote(name, safe='')}"


def _same_plugin(name: str, plugin: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plugin with the name as it was requested; the platform may show it with the prefix."""
    require_same_plugin(name, plugin["name"])
    return {**plugin, "name": name}


def _form(config: Config, code: CodePart | None) -> Form:
    code = code or CodePart()
    parts: dict[str, str | tuple[str, bytes, str]] = {"code": (*code.file, _ZIP)} if code.file else {}
    return {**parts, "config": json.dumps({**config, **code.fields})}


def _hider(config: Config) -> Callable[[str], str]:
    """Create a function that hides the values of a configuration's variables in a text."""
    return hider(str(value) for value in (config.get(_VARIABLES) or {}).values() if value)
