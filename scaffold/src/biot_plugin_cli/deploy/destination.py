"""The destination of a deployment: a plugin, and the platform of its environment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any, Self
from urllib.parse import urlsplit

from biot_plugin_cli.deploy.variables import hide_variables
from biot_plugin_cli.deploy.versions.package_history import PackageHistory
from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.http.proxies import LOOPBACK
from biot_plugin_cli.manifest.base_url import BASE_URL_VARIABLE, resolve_base_url
from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.credentials import find_credentials, keep_credentials
from biot_plugin_cli.platform.plugin_calls import PluginCalls
from biot_plugin_cli.platform.plugin_names import PREFIX
from biot_plugin_cli.platform.response_schemas import INTERCEPTABLE, page_of
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["Destination", "platform_client", "platform_getter"]


@dataclass(frozen=True)
class Destination:
    """Where a plugin is deployed.

    Attributes:
        plugin: The plugin, with the overrides of its environment.
        base_url: The platform's base URL.
    """

    plugin: Plugin
    base_url: str

    @classmethod
    def of(cls, plugin: Plugin) -> Self:
        """Determine where a plugin is deployed.

        Raises:
            InvalidPlugin: The plugin's manifest has a problem.
            UsageError: No base URL is set.
        """
        plugin.require_valid()
        if plugin.base_url is None:
            raise UsageError(
                f"No platform URL: set {BASE_URL_VARIABLE}, or base-url in [tool.biot-plugin.env.NAME] of "
                "pyproject.toml and pass --env NAME"
            )
        return cls(plugin, plugin.base_url)

    @classmethod
    def load(cls, environment: str | None) -> Self:
        """Determine where the plugin of the current folder is deployed.

        Args:
            environment: The environment's name; None for none.

        Raises:
            InvalidPlugin: There is no plugin or environment, or the manifest has a problem.
            UsageError: No base URL is set.
        """
        return cls.of(Plugin.load(environment=environment))

    @cached_property
    def client(self) -> PlatformClient:
        """The platform's client; it logs in when it is first used."""
        url = self.base_url
        return PlatformClient(url, partial(find_credentials, url), partial(keep_credentials, url))

    @cached_property
    def calls(self) -> PluginCalls:
        """The platform's API for plugins."""
        return PluginCalls(self.client)

    @property
    def is_lambda(self) -> bool:
        """Whether AWS runs its plugins, and not an emulator on this machine."""
        return urlsplit(self.base_url).hostname not in LOOPBACK

    @property
    def name(self) -> str:
        """The plugin's name."""
        return self.plugin.manifest.name

    def history(self, name: str | None = None) -> PackageHistory:
        """The packages that were deployed there from this repository, of this plugin or of one with another name."""
        return PackageHistory(self.plugin.root, self.plugin.environment or self.base_url, name or self.name)

    def without_hidden_values(self, plugin: Mapping[str, Any]) -> dict[str, Any]:
        """Return a plugin of the platform as it may be shown: without the values that the manifest does not have."""
        is_own = plugin["name"] in (self.name, PREFIX + self.name)
        return hide_variables(plugin, self.plugin.manifest.environment if is_own else {})

    def deployed_plugin(self) -> dict[str, Any]:
        """Fetch the plugin from the platform.

        Raises:
            OperationFailed: The platform does not have it.
        """
        deployed = self.calls.find(self.name)
        if deployed is None:
            raise OperationFailed(f"There is no plugin {self.name} on {self.base_url}: deploy it first")
        return deployed


def platform_client(environment: str | None) -> PlatformClient:
    """Create a client of a platform, which need not be that of a plugin: the variable with its URL is enough.

    Args:
        environment: The environment's name; None for none.

    Raises:
        InvalidPlugin: There is no plugin or environment, or the manifest has a problem.
        UsageError: No base URL is set.
    """
    url = resolve_base_url({}) if environment is None else None
    if url is None:
        return Destination.load(environment).client
    return PlatformClient(url, partial(find_credentials, url), partial(keep_credentials, url))


def platform_getter(plugin: Plugin) -> Callable[[str], dict[str, Any]]:
    """Create a function that calls a GET API of the plugin's platform; it connects on the first call.

    Args:
        plugin: The plugin; if it has no valid destination, the call raises the error.
    """

    @cache
    def client() -> PlatformClient:
        return Destination.of(plugin).client

    def get(path: str) -> dict[str, Any]:
        page: dict[str, Any] = client().get(path, page_of(INTERCEPTABLE))
        return page

    return get
