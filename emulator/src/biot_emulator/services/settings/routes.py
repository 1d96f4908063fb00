"""The APIs of settings: plugins, and what they can subscribe to (contract section 6)."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from biot_emulator.api.call import Answer, Api, Call, FormPart
from biot_emulator.api.search import search, search_request
from biot_emulator.errors import BadRequest
from biot_emulator.lambda_function.arn import REGION
from biot_emulator.platform import Platform
from biot_emulator.services.dispatcher.catalog import interceptions, notifiable_actions
from biot_emulator.services.settings.plugin import PREFIX, Plugin
from biot_emulator.services.settings.plugins import Plugins
from biot_emulator.state.clock import timestamp
from biot_emulator.wire_json import decode_request

__all__ = ["SettingsApi"]

_PLUGINS = "/settings/v2/plugins"
_PLUGIN = f"{_PLUGINS}/{{name}}"
_CREDENTIALS = f"{_PLUGINS}/docker-repository/temp-credentials"
_CREDENTIALS_PERMISSION = "SETTINGS_PLUGIN_GET_DOCKER_REPOSITORY_TEMP_CREDENTIALS"
_ACTIONS = "entity-types/action-notifications"
_REPOSITORY = f"123456789012.dkr.ecr.{REGION}.amazonaws.com/plugins"
_FIRST = ("name", "displayName", "version", "runtime", "handler")
_HOUR = timedelta(hours=1)


class SettingsApi:
    """Registers the APIs, and answers them."""

    def __init__(self, platform: Platform, plugins: Plugins) -> None:
        self._platform = platform
        self._plugins = plugins
        entity_types, search_all = (
            "SETTINGS_GET_ENTITY_TYPES",
            "SETTINGS_SEARCH_INTERCEPTION_SUBSCRIPTION_CONFIGURATIONS",
        )
        platform.router.add(
            [
                Api("POST", _PLUGINS, self._create, "SETTINGS_PLUGIN_CREATE"),
                Api("PUT", _PLUGIN, self._update, "SETTINGS_PLUGIN_UPDATE"),
                Api("PATCH", _PLUGIN, self._update, "SETTINGS_PLUGIN_UPDATE"),
                Api("GET", _PLUGIN, self._get, "SETTINGS_PLUGIN_GET"),
                Api("GET", _PLUGINS, self._search, "SETTINGS_PLUGIN_SEARCH"),
                Api("DELETE", _PLUGIN, self._delete, "SETTINGS_PLUGIN_DELETE"),
                Api("GET", _CREDENTIALS, self._credentials, _CREDENTIALS_PERMISSION),
                Api("GET", "/settings/v1/interceptions", self._interceptions, search_all),
                Api("GET", f"/settings/v1/{_ACTIONS}", self._actions, entity_types),
                Api("GET", f"/settings/v2/{_ACTIONS}", self._actions, entity_types),
            ]
        )

    def _create(self, call: Call) -> Answer:
        return Answer(201, self._shown(self._plugins.create(_config(call), _code(call))))

    def _update(self, call: Call) -> Answer:
        plugin = self._plugins.update(self._full_name(call), _config(call), _code(call))
        return Answer(200, self._shown(plugin))

    def _get(self, call: Call) -> Answer:
        return Answer(200, self._shown(self._plugins.get(self._full_name(call))))

    def _search(self, call: Call) -> Answer:
        return Answer(200, search([self._shown(plugin) for plugin in self._plugins], search_request(call)))

    def _delete(self, call: Call) -> Answer:
        self._plugins.delete(call.variables["name"])
        return Answer(204)

    def _credentials(self, _: Call) -> Answer:
        credentials = {
            "accessKeyId": f"ASIA{secrets.token_hex(8).upper()}",
            "secretAccessKey": secrets.token_urlsafe(30),
            "sessionToken": secrets.token_urlsafe(200),
            "expiration": timestamp(self._platform.clock.now() + _HOUR),
        }
        return Answer(200, {"credentials": credentials, "region": REGION, "repositoryUri": _REPOSITORY})

    def _interceptions(self, call: Call) -> Answer:
        return Answer(200, search(interceptions(self._platform.router), search_request(call)))

    def _actions(self, _: Call) -> Answer:
        return Answer(200, {"entityTypes": notifiable_actions()})

    def _full_name(self, call: Call) -> str:
        """The plugin's name with the prefix, which the source of the update API does not show."""
        name = call.variables["name"]
        known = any(plugin.full_name == name for plugin in self._plugins)
        return name if known or name.startswith(PREFIX) else PREFIX + name

    def _shown(self, plugin: Plugin) -> dict[str, Any]:
        shown = {
            **dict.fromkeys(_FIRST),
            **plugin.config,
            "name": plugin.name,
            "endpointUrl": plugin.endpoint_url,
            "linkToConsole": f"{self._platform.base_url}/_emulator/invocations?plugin={plugin.full_name}",
            "creationTime": plugin.creation_time,
            "lastModifiedTime": plugin.last_modified_time,
        }
        return {name: value for name, value in shown.items() if value is not None or name in _FIRST}


def _config(call: Call) -> dict[str, Any]:
    part = call.form.get("config")
    if part is None:
        raise BadRequest("The request must be a multipart form with the part [config], and [code] where there is code")
    try:
        config = decode_request(part.content)
    except ValueError:
        config = None
    if not isinstance(config, dict):
        raise BadRequest("The part [config] must be a JSON object")
    return config


def _code(call: Call) -> bytes | None:
    part = call.form.get("code")
    return None if part is None or part == FormPart(b"", "") else part.content
