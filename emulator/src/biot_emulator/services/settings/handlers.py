"""Handlers of settings: plugins, and what they can subscribe to (contract section 6)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from biot_emulator.api.call import Call, FormPart
from biot_emulator.api.errors import BadRequest
from biot_emulator.api.response import ApiResponse
from biot_emulator.api.search import search, search_request
from biot_emulator.behaviour.settings import PlatformBehaviour
from biot_emulator.services.dispatcher.interceptable_apis import InterceptableApis
from biot_emulator.services.dispatcher.notifiable_actions import notifiable_actions
from biot_emulator.services.settings.plugin import PREFIX, Plugin
from biot_emulator.services.settings.plugin_code import runtime_notice
from biot_emulator.services.settings.plugin_document import plugin_document
from biot_emulator.services.settings.plugin_images import PluginImages
from biot_emulator.services.settings.plugins import Plugins
from biot_emulator.state.public_address import PublicAddress
from biot_emulator.state.reached_host import reached_host
from biot_emulator.wire_json import decode_request

__all__ = ["SettingsHandlers"]

_log = logging.getLogger("biot_emulator")


@dataclass(frozen=True, slots=True)
class SettingsHandlers:
    """The functions of the route table, with what they use.

    Attributes:
        plugins: The plugins.
        apis: The APIs that can be intercepted.
        images: The images of plugins.
        public_address: Where the platform is served.
        behaviour: What the platform does where nobody publishes it.
    """

    plugins: Plugins
    apis: InterceptableApis
    images: PluginImages
    public_address: PublicAddress
    behaviour: PlatformBehaviour

    def create(self, call: Call) -> ApiResponse:
        """Create a plugin."""
        return self._changed(201, self.plugins.create(_config(call), _code(call)))

    def update(self, call: Call) -> ApiResponse:
        """Change a plugin."""
        return self._changed(200, self.plugins.update(self._full_name(call), _config(call), _code(call)))

    def read(self, call: Call) -> ApiResponse:
        """Return a plugin."""
        return ApiResponse(200, self._rendered(self.plugins.get(self._full_name(call))))

    def search(self, call: Call) -> ApiResponse:
        """Search plugins."""
        return ApiResponse(200, search([self._rendered(plugin) for plugin in self.plugins], search_request(call)))

    def delete(self, call: Call) -> ApiResponse:
        """Delete a plugin."""
        self.plugins.delete(call.variables["name"])
        return ApiResponse(204)

    def repository_credentials(self, call: Call) -> ApiResponse:
        """Return credentials of the repository for images."""
        host = reached_host(call.headers.get("host", ""), self.public_address)
        return ApiResponse(200, self.images.temporary_credentials(host))

    def search_interceptions(self, call: Call) -> ApiResponse:
        """Search what can be intercepted."""
        return ApiResponse(200, search(self.apis.listed(), search_request(call)))

    def list_notifiable_actions(self, _: Call) -> ApiResponse:
        """Return what plugins can be notified of."""
        return ApiResponse(200, {"entityTypes": notifiable_actions()})

    def _full_name(self, call: Call) -> str:
        """Return a plugin's name with the prefix, which the source of the update API does not show."""
        name = call.variables["name"]
        known = any(plugin.full_name == name for plugin in self.plugins)
        return name if known or name.startswith(PREFIX) else PREFIX + name

    def _changed(self, status_code: int, plugin: Plugin) -> ApiResponse:
        notice = runtime_notice(plugin)
        if notice:
            _log.warning("%s: %s", plugin.full_name, notice)
        # The form of RFC 7234, with its code for whatever has no code of its own.
        headers = {"warning": f'299 biot-emulator "{notice}"'} if notice else {}
        return ApiResponse(status_code, self._rendered(plugin), headers)

    def _rendered(self, plugin: Plugin) -> dict[str, Any]:
        prefixed = self.behaviour.plugins.name_in_responses == "prefixed"
        return plugin_document(plugin, self.public_address.url, prefixed=prefixed)


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
