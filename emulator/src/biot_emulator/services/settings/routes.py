"""The route table of settings."""

from __future__ import annotations

from biot_emulator.api.health_check import health_check
from biot_emulator.api.route import Route
from biot_emulator.services.settings.handlers import SettingsHandlers

__all__ = ["SETTINGS_ROUTES"]

_PLUGINS = "/settings/v2/plugins"
_PLUGIN = f"{_PLUGINS}/{{name}}"
_CREDENTIALS = f"{_PLUGINS}/docker-repository/temp-credentials"
_ACTIONS = "entity-types/action-notifications"
_GET_CREDENTIALS = "SETTINGS_PLUGIN_GET_DOCKER_REPOSITORY_TEMP_CREDENTIALS"
#: Code of the size that Lambda accepts, and the configuration beside it.
_MAX_UPLOAD = 64 * 1024 * 1024
_SEARCH_INTERCEPTIONS = "SETTINGS_SEARCH_INTERCEPTION_SUBSCRIPTION_CONFIGURATIONS"

SETTINGS_ROUTES = (
    Route("GET", "/settings/system/healthCheck", health_check, public=True),
    Route("POST", _PLUGINS, SettingsHandlers.create, "SETTINGS_PLUGIN_CREATE", max_body=_MAX_UPLOAD),
    Route("PUT", _PLUGIN, SettingsHandlers.update, "SETTINGS_PLUGIN_UPDATE", max_body=_MAX_UPLOAD),
    Route("PATCH", _PLUGIN, SettingsHandlers.update, "SETTINGS_PLUGIN_UPDATE", max_body=_MAX_UPLOAD),
    Route("GET", _PLUGIN, SettingsHandlers.read, "SETTINGS_PLUGIN_GET"),
    Route("GET", _PLUGINS, SettingsHandlers.search, "SETTINGS_PLUGIN_SEARCH"),
    Route("DELETE", _PLUGIN, SettingsHandlers.delete, "SETTINGS_PLUGIN_DELETE"),
    Route("GET", _CREDENTIALS, SettingsHandlers.repository_credentials, _GET_CREDENTIALS),
    Route("GET", "/settings/v1/interceptions", SettingsHandlers.search_interceptions, _SEARCH_INTERCEPTIONS),
    Route("GET", f"/settings/v1/{_ACTIONS}", SettingsHandlers.list_notifiable_actions, "SETTINGS_GET_ENTITY_TYPES"),
    Route("GET", f"/settings/v2/{_ACTIONS}", SettingsHandlers.list_notifiable_actions, "SETTINGS_GET_ENTITY_TYPES"),
)
"""Every API of settings, with the function that handles it and the permission that it requires."""
