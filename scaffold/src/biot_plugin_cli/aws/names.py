"""The names and tags of what a plugin consists of in an AWS account.

They follow from the plugin's name and environment alone, so that any machine finds what any other one has made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from biot_plugin_cli.aws.limits import require_function_name
from biot_plugin_cli.aws.session import Account

__all__ = ["ALIAS", "ENVIRONMENT_TAG", "OWNER", "OWNER_TAG", "PLUGIN_TAG", "ResourceNames", "is_owned"]

ALIAS = "live"
"""The alias that the function URL and the schedule call."""

OWNER_TAG = "biot-plugin:owner"
OWNER = "biot-plugin-cli"
PLUGIN_TAG = "biot-plugin:plugin"
ENVIRONMENT_TAG = "biot-plugin:environment"


@dataclass(frozen=True, slots=True)
class ResourceNames:
    """The names of a plugin's resources.

    Attributes:
        plugin: The plugin's name.
        environment: The environment's name; empty for none.
        function: The name of the Lambda function, on which all other names are based.
    """

    plugin: str
    environment: str
    function: str

    @classmethod
    def of(cls, plugin: str, environment: str | None, function: str | None) -> Self:
        """Derive the names.

        Args:
            plugin: The plugin's name.
            environment: The selected environment; None for none.
            function: The function's name, if the manifest has one.

        Raises:
            InvalidPlugin: AWS does not accept the name.
        """
        default = f"biot-{plugin}-{environment}" if environment else f"biot-{plugin}"
        require_function_name(function or default)
        return cls(plugin, environment or "", function or default)

    @property
    def role(self) -> str:
        """The name of the execution role."""
        return self.function

    @property
    def log_group(self) -> str:
        """The name of the log group, which Lambda prescribes."""
        return f"/aws/lambda/{self.function}"

    @property
    def rule(self) -> str:
        """The name of the schedule's rule."""
        return self.function

    @property
    def secret(self) -> str:
        """The name of the secret with the service user's key."""
        return f"{self.function}/service-user"

    @property
    def service_user(self) -> str:
        """The name of the plugin's service user on the platform."""
        return self.function

    @property
    def tags(self) -> dict[str, str]:
        """The tags that say whose a resource is."""
        environment = {ENVIRONMENT_TAG: self.environment} if self.environment else {}
        return {OWNER_TAG: OWNER, PLUGIN_TAG: self.plugin, **environment}

    def alias_arn(self, account: Account) -> str:
        """Format the ARN of the alias that is called."""
        return f"{self.function_arn(account)}:{ALIAS}"

    def function_arn(self, account: Account) -> str:
        """Format the ARN of the function."""
        return account.arn("lambda", f"function:{self.function}")

    def log_group_arn(self, account: Account) -> str:
        """Format the ARN of the log group, without its streams."""
        return account.arn("logs", f"log-group:{self.log_group}")

    def rule_arn(self, account: Account) -> str:
        """Format the ARN of the schedule's rule."""
        return account.arn("events", f"rule/{self.rule}")


def is_owned(tags: Mapping[str, str], names: ResourceNames) -> bool:
    """Whether tags say that a resource was made for this plugin, in this environment."""
    return all(tags.get(name) == value for name, value in names.tags.items()) and (
        tags.get(ENVIRONMENT_TAG, "") == names.environment
    )
