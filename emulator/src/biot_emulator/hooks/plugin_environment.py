"""The environment variables of a plugin's process: its own, and those of the platform (contract section 7.3)."""

from __future__ import annotations

from collections.abc import Sequence

from biot_emulator.behaviour.settings import Plugins
from biot_emulator.services.settings.plugin import Plugin
from biot_emulator.state.public_address import PublicAddress

__all__ = ["PluginEnvironment"]


class PluginEnvironment:
    """Makes the variables of plugins.

    Args:
        public_address: Where plugins call the platform back.
        environment: The platform's name of itself.
        names: The variables that the platform sets; what is not known here is an empty text.
    """

    def __init__(
        self, public_address: PublicAddress, environment: str, names: Sequence[str] = Plugins().variables
    ) -> None:
        self._public_address = public_address
        self._environment = environment
        self._names = names

    def variables(self, plugin: Plugin) -> dict[str, str]:
        """Return a plugin's variables."""
        known = {
            "BIOT_APP_NAME": plugin.config["displayName"],
            "BIOT_BASE_URL": self._public_address.url,
            "BIOT_JWT_PERMISSION_INTERCEPTION": "PLUGIN_INTERCEPTOR",
            "BIOT_JWT_PERMISSION_NOTIFICATION": "ACTION_NOTIFICATION",
            "BIOT_SERVICE_ENVIRONMENT": self._environment,
            "BIOT_SERVICE_USER_ID": plugin.service_id,
            "BIOT_SERVICE_USER_SECRET_KEY": plugin.secret_key,
            "BIOT_SHOULD_VALIDATE_JWT": "true",
        }
        return {**plugin.config["environmentVariables"], **{name: known.get(name, "") for name in self._names}}
