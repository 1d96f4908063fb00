"""The place of a deployment: a plugin, an AWS account, and the platform of its environment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

from biot_plugin_cli.aws.names import ResourceNames
from biot_plugin_cli.aws.session import Account
from biot_plugin_cli.deploy.destination import Destination
from biot_plugin_cli.manifest.aws_settings import AwsSettings
from biot_plugin_cli.own_account.platform_side import BiotPlatform, PlatformSide
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["Place"]


@dataclass(frozen=True)
class Place:
    """Where a plugin is deployed.

    Attributes:
        destination: The plugin, and the platform.
    """

    destination: Destination

    @classmethod
    def of(cls, plugin: Plugin) -> Self:
        """Determine where a plugin is deployed.

        Raises:
            InvalidPlugin: The manifest has a problem.
            UsageError: No base URL is set.
        """
        return cls(Destination.of(plugin))

    @property
    def plugin(self) -> Plugin:
        """The plugin, with the overrides of its environment."""
        return self.destination.plugin

    @property
    def base_url(self) -> str:
        """The platform's base URL."""
        return self.destination.base_url

    @cached_property
    def settings(self) -> AwsSettings:
        """The settings for the account."""
        return AwsSettings.of(self.plugin.manifest.aws)

    @cached_property
    def names(self) -> ResourceNames:
        """The names of the plugin's resources."""
        return ResourceNames.of(self.plugin.manifest.name, self.plugin.environment, self.settings.function_name)

    @cached_property
    def account(self) -> Account:
        """The AWS account."""
        return Account(self.settings.region, self.settings.profile)

    @cached_property
    def platform(self) -> PlatformSide:
        """The platform."""
        return BiotPlatform(self.destination.client)
