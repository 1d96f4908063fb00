"""The target of a deployment: the platform, or an AWS account of one's own. It is chosen here alone."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

if TYPE_CHECKING:
    from biot_plugin_cli.deploy.destination import Destination
    from biot_plugin_cli.deploy.older.selection import RollbackChoice
    from biot_plugin_cli.logs.event import ConsoleLink, LogSource
    from biot_plugin_cli.logs.selection import Since
    from biot_plugin_cli.own_account.place import Place
    from biot_plugin_cli.plugin.repository import Plugin
    from biot_plugin_cli.publish.repository import ImageRepository

__all__ = ["DeploymentTarget", "Target", "select_target"]


class TargetName(str, Enum):
    """The names of the targets, as users type them."""

    BIOT = "biot"
    AWS = "aws"


Target = Annotated[
    TargetName | None,
    typer.Option(
        "--target",
        help="Where the plugin runs: in BioT's account, or in an AWS account of one's own; target in pyproject.toml "
        "if left out, or biot.",
    ),
]


class DeploymentTarget(Protocol):
    """What the commands do with a target; each method that acts returns the document of `--json`."""

    @property
    def variables(self) -> Mapping[str, str]:
        """The environment variables of the manifest."""
        ...

    @property
    def plugin(self) -> Plugin:
        """The plugin, with the overrides of its environment."""
        ...

    @property
    def is_lambda(self) -> bool:
        """Whether AWS runs the plugin, and not the emulator, which needs less."""
        ...

    def images(self) -> ImageRepository:
        """Return the repository that images are pushed to."""
        ...

    def deploy(self, *, dry_run: bool, yes: bool, adopt: bool, builder: str | None) -> dict[str, Any]:
        """Deploy the plugin."""
        ...

    def status(self) -> dict[str, Any]:
        """Return the plugin as it is deployed."""
        ...

    def plugins(self) -> list[dict[str, Any]]:
        """Return all plugins."""
        ...

    def set_state(self, state: str) -> tuple[dict[str, Any], bool]:
        """Enable or disable the plugin; also return whether anything had to be changed."""
        ...

    def roll_back(self, choice: RollbackChoice, *, yes: bool) -> dict[str, Any]:
        """Deploy an older version again."""
        ...

    def versions(self) -> list[dict[str, Any]]:
        """Return the versions that are known, the newest first."""
        ...

    def require_secret_name(self, name: str) -> None:
        """Require that a variable can be set that is not in the manifest, before its value is asked for."""
        ...

    def change_secrets(self, changes: Mapping[str, str | None], *, dry_run: bool, yes: bool) -> dict[str, Any]:
        """Set variables that are not in the manifest, or remove them."""
        ...

    def secrets(self) -> list[dict[str, Any]]:
        """Return the names of the variables that are not in the manifest."""
        ...

    def delete(self, name: str | None, *, yes: bool) -> str:
        """Delete a plugin; return its name."""
        ...

    def log_source(self, since: Since, trace: str | None) -> LogSource | ConsoleLink:
        """Return where the plugin's log is read, or the page that shows it."""
        ...


def select_target(
    environment: str | None, target: TargetName | None, variables: Mapping[str, str] | None = None
) -> DeploymentTarget:
    """Select the target of the plugin of the current folder.

    Args:
        environment: The environment's name; None for none.
        target: The target from the command line; None for that of the manifest.
        variables: The environment variables whose values may be shown; None for those of the manifest.

    Raises:
        InvalidPlugin: There is no plugin or environment, or the manifest has a problem.
        UsageError: No base URL is set.
    """
    from biot_plugin_cli.deploy.destination import Destination
    from biot_plugin_cli.plugin.repository import Plugin

    plugin = Plugin.load(environment=environment)
    if variables is not None:
        plugin = plugin._replace(manifest=plugin.manifest._replace(environment=variables))
    destination = Destination.of(plugin)
    if (target.value if target else plugin.manifest.target) == "biot":
        return _BiotTarget(destination)
    from biot_plugin_cli.own_account.place import Place

    return _AwsTarget(Place(destination))


class _BiotTarget:
    def __init__(self, destination: Destination) -> None:
        self._destination = destination

    @property
    def plugin(self) -> Plugin:
        return self._destination.plugin

    @property
    def is_lambda(self) -> bool:
        return self._destination.is_lambda

    def images(self) -> ImageRepository:
        from biot_plugin_cli.publish.platform_repository import platform_repository

        return platform_repository(self._destination.client)

    def deploy(self, *, dry_run: bool, yes: bool, adopt: bool, builder: str | None) -> dict[str, Any]:
        from biot_plugin_cli.deploy.deployment import deploy
        from biot_plugin_cli.errors import UsageError

        if adopt:
            raise UsageError("--adopt is for an AWS account of one's own: pass --target aws, or leave it out")
        return deploy(self._destination, dry_run=dry_run, yes=yes, builder=builder)

    def status(self) -> dict[str, Any]:
        return self._destination.without_hidden_values(self._destination.deployed_plugin())

    def plugins(self) -> list[dict[str, Any]]:
        return [self._destination.without_hidden_values(plugin) for plugin in self._destination.calls.all()]

    def set_state(self, state: str) -> tuple[dict[str, Any], bool]:
        from biot_plugin_cli.deploy.lifecycle import set_state

        plugin, is_changed = set_state(self._destination, state)
        return self._destination.without_hidden_values(plugin), is_changed

    def roll_back(self, choice: RollbackChoice, *, yes: bool) -> dict[str, Any]:
        from biot_plugin_cli.deploy.rollback import roll_back

        return roll_back(self._destination, choice, yes=yes)

    def versions(self) -> list[dict[str, Any]]:
        from biot_plugin_cli.deploy.versions.known import known_versions
        from biot_plugin_cli.deploy.versions.report import version_document

        deployed = self._destination.deployed_plugin()
        stored = self._destination.history().of(deployed.get("endpointUrl"))
        return [version_document(item, self.plugin.root) for item in known_versions(deployed, stored)]

    def require_secret_name(self, name: str) -> None:
        from biot_plugin_cli.deploy.secrets import require_changeable

        require_changeable(self._destination.plugin.manifest, {name: "x"}, {})

    def change_secrets(self, changes: Mapping[str, str | None], *, dry_run: bool, yes: bool) -> dict[str, Any]:
        from biot_plugin_cli.deploy.secrets import change_secrets

        return change_secrets(self._destination, changes, dry_run=dry_run, yes=yes)

    def secrets(self) -> list[dict[str, Any]]:
        from biot_plugin_cli.deploy.secrets import list_secrets

        return list_secrets(self._destination.deployed_plugin(), self.variables)

    def delete(self, name: str | None, *, yes: bool) -> str:
        from biot_plugin_cli.deploy.lifecycle import delete

        return delete(self._destination, name, yes=yes)

    @property
    def variables(self) -> Mapping[str, str]:
        return self._destination.plugin.manifest.environment

    def log_source(self, since: Since, trace: str | None) -> LogSource | ConsoleLink:  # noqa: ARG002 - as the other
        from biot_plugin_cli.logs.event import ConsoleLink
        from biot_plugin_cli.logs.local_platform import LocalPlatform, plugin_of_link

        link = str(self._destination.deployed_plugin().get("linkToConsole") or "")
        plugin = plugin_of_link(link)
        return LocalPlatform(self._destination.client.get, plugin, since) if plugin else ConsoleLink(link)


class _AwsTarget:
    def __init__(self, place: Place) -> None:
        self._place = place

    @property
    def plugin(self) -> Plugin:
        return self._place.plugin

    @property
    def is_lambda(self) -> bool:
        return True

    def images(self) -> ImageRepository:
        from biot_plugin_cli.own_account.code.built import require_repository_name
        from biot_plugin_cli.own_account.code.repository import own_repository

        return own_repository(self._place.account, require_repository_name(self._place.settings))

    def deploy(self, *, dry_run: bool, yes: bool, adopt: bool, builder: str | None) -> dict[str, Any]:
        from biot_plugin_cli.own_account.deployment import deploy

        return deploy(self._place, dry_run=dry_run, yes=yes, adopt=adopt, builder=builder)

    def status(self) -> dict[str, Any]:
        from biot_plugin_cli.own_account.status import show_status

        return show_status(self._place)

    def plugins(self) -> list[dict[str, Any]]:
        from biot_plugin_cli.own_account.status import list_plugins

        return list_plugins(self._place)

    def set_state(self, state: str) -> tuple[dict[str, Any], bool]:
        from biot_plugin_cli.own_account.switch import set_state

        return set_state(self._place, state)

    def roll_back(self, choice: RollbackChoice, *, yes: bool) -> dict[str, Any]:
        from biot_plugin_cli.own_account.rollback import roll_back

        return roll_back(self._place, choice, yes=yes)

    def versions(self) -> list[dict[str, Any]]:
        from biot_plugin_cli.own_account.publications.listing import list_versions

        return list_versions(self._place)

    def require_secret_name(self, name: str) -> None:
        from biot_plugin_cli.own_account.secrets import require_names

        require_names(self._place.plugin.manifest, {name: "x"})

    def change_secrets(self, changes: Mapping[str, str | None], *, dry_run: bool, yes: bool) -> dict[str, Any]:
        from biot_plugin_cli.own_account.secrets import change_secrets

        return change_secrets(self._place, changes, dry_run=dry_run, yes=yes)

    def secrets(self) -> list[dict[str, Any]]:
        from biot_plugin_cli.own_account.secrets import list_secrets

        return list_secrets(self._place)

    def delete(self, name: str | None, *, yes: bool) -> str:
        from biot_plugin_cli.own_account.deletion import delete

        return delete(self._place, name, yes=yes)

    @property
    def variables(self) -> Mapping[str, str]:
        return self._place.plugin.manifest.environment

    def log_source(self, since: Since, trace: str | None) -> LogSource | ConsoleLink:
        from biot_plugin_cli.logs.cloud_watch import CloudWatch

        return CloudWatch(self._place.account, self._place.names.log_group, since, trace)
