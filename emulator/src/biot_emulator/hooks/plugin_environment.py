"""The environment variables of a plugin's process: its own, and those of the platform (contract section 7.3)."""

from __future__ import annotations

from biot_emulator.services.settings.plugin import Plugin
from biot_emulator.state.public_address import PublicAddress

__all__ = ["PluginEnvironment"]


class PluginEnvironment:
    """Makes the variables of plugins.

    Args:
        public_address: Where plugins call the platform back.
        environment: The platform's name of itself.
    """

    def __init__(self, public_address: PublicAddress, environment: str) -> None:
        self._public_address = public_address
        self._environment = environment

    def variables(self, plugin: Plugin) -> dict[str, str]:
        """Return a plugin's variables."""
        return {
            **plugin.config["environmentVariables"],
            "BIOT_APP_NAME": plugin.config["displayName"],
            "BIOT_BASE_URL": self._public_address.url,
            "BIOT_SERVICE_ENVIRONMENT": self._environment,
            "BIOT_SERVICE_USER_ID": plugin.service_id,
            "BIOT_SERVICE_USER_SECRET_KEY": plugin.secret_key,
        }
