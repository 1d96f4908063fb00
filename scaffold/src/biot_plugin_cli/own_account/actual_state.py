"""What a plugin consists of in an AWS account and on the platform right now. Reading changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from biot_plugin_cli.aws.ecr.repository import Repository, find_repository
from biot_plugin_cli.aws.errors import explained
from biot_plugin_cli.aws.function.alias import Alias, find_alias
from biot_plugin_cli.aws.function.lifecycle import find_function
from biot_plugin_cli.aws.function.state import FunctionState
from biot_plugin_cli.aws.function.url import FunctionUrl, find_url
from biot_plugin_cli.aws.log_group import LogGroup, find_log_group
from biot_plugin_cli.aws.names import ALIAS, ResourceNames, is_owned
from biot_plugin_cli.aws.permissions import Permission, find_permissions
from biot_plugin_cli.aws.role import Role, find_role
from biot_plugin_cli.aws.schedule import Schedule, find_schedule
from biot_plugin_cli.aws.secret import StoredSecret, find_secret
from biot_plugin_cli.aws.session import Account
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.manifest.aws_settings import AwsSettings

__all__ = ["DISABLED", "ActualState", "read_actual_state", "require_ownership"]

STATE_TAG = "biot-plugin:state"
PREVIOUS_TAG = "biot-plugin:previous-version"
URL_TAG = "biot-plugin:url"
"""The tag of the log group with the function URL, which outlives a function that somebody deletes by hand."""
SECRET_TAG = "biot-plugin:secret"  # noqa: S105 - the name of a tag
"""The tag of the log group that says whether there is a secret: `made` or `deleted`."""
CODE_TAG = "biot-plugin:code"
"""The tag with the content hash and the SHA-256 of the code that was deployed last."""

USER_TAG = "biot-plugin:service-user"
"""The tag of the log group that says whether there is a service user on the platform: `made` or `deleted`."""

MADE, DELETED = "made", "deleted"

DISABLED = "DISABLED"
ENABLED = "ENABLED"


@dataclass(frozen=True, slots=True)
class ActualState:
    """A plugin in an AWS account; None for each resource that there is not.

    Attributes:
        function: The function.
        alias: The alias that is called.
        live: The version that the alias calls.
        role: The execution role that was made for the plugin.
        log_group: The log group.
        url: The function URL.
        other_url: A function URL that somebody has made past the alias.
        permissions: The statements that deployments have made, by their ids.
        other_permissions: The statements that somebody else has made.
        schedule: The schedule.
        secret: The secret with the service user's key.
        repository: The repository of the function's image.
    """

    function: FunctionState | None = None
    alias: Alias | None = None
    live: FunctionState | None = None
    role: Role | None = None
    log_group: LogGroup | None = None
    url: FunctionUrl | None = None
    other_url: FunctionUrl | None = None
    permissions: Mapping[str, Permission] = field(default_factory=dict)
    other_permissions: tuple[Permission, ...] = ()
    schedule: Schedule | None = None
    secret: StoredSecret | None = None
    repository: Repository | None = None

    @property
    def is_disabled(self) -> bool:
        """Whether the plugin was disabled."""
        return self.function is not None and self.function.tags.get(STATE_TAG) == DISABLED

    @property
    def address(self) -> str | None:
        """The function URL; None for none."""
        return self.url.address if self.url else None

    @property
    def recorded_address(self) -> str | None:
        """The function URL that was recorded by the last deployment; None for none."""
        return self.log_group.tags.get(URL_TAG) if self.log_group else None

    @property
    def may_have_service_user(self) -> bool:
        """Whether a deployment has made a service user on the platform, as far as the account says."""
        tag = self.log_group.tags.get(USER_TAG) if self.log_group else None
        states = (state for state in (self.live, self.function) if state)
        return tag == MADE or any("BIOT_SERVICE_USER_ID" in state.config.environment for state in states)

    @property
    def lost_address(self) -> str | None:
        """The function URL of an earlier deployment that is gone, and may still be subscribed; None for none."""
        return None if self.recorded_address == self.address else self.recorded_address


def read_actual_state(account: Account, names: ResourceNames, settings: AwsSettings) -> ActualState:
    """Read what there is.

    Args:
        account: The account.
        names: The names of the resources.
        settings: The settings: IAM, Secrets Manager and ECR are asked only if they are used, as one may lack the right
            to.

    Raises:
        CliError: AWS cannot be reached, or refuses.
    """
    with explained():
        function = find_function(account, names.function)
        alias = find_alias(account, names.function, ALIAS) if function else None
        log_group = find_log_group(account, names.log_group)
        has_secret = settings.service_user and settings.key_store == "secrets-manager"
        is_made = log_group is not None and log_group.tags.get(SECRET_TAG) == MADE
        urls = [find_url(account, names.function, alias) if function else None for alias in (ALIAS, None)]
        # Some stand-ins of AWS have one URL for both.
        is_other = urls[1] is not None and (urls[0] is None or urls[0].address != urls[1].address)
        permissions = _read_permissions(account, names.function) if function else []
        return ActualState(
            function=function,
            alias=alias,
            live=find_function(account, names.function, alias.version) if alias else None,
            role=None if settings.role else find_role(account, names.role),
            log_group=log_group,
            url=urls[0],
            other_url=urls[1] if is_other else None,
            permissions={permission.sid: permission for permission in permissions if permission.is_own},
            other_permissions=tuple(permission for permission in permissions if not permission.is_own),
            schedule=find_schedule(account, names.rule),
            secret=find_secret(account, names.secret) if has_secret or is_made or _uses_secret(function) else None,
            repository=find_repository(account, settings.repository) if settings.repository else None,
        )


def require_ownership(actual: ActualState, names: ResourceNames, *, adopt: bool) -> None:
    """Require that everything that there is was made for this plugin.

    Args:
        actual: What there is.
        names: The names of the resources.
        adopt: Whether to take over what has none of the tags; what was made for another plugin is never taken over.

    Raises:
        OperationFailed: Something was made by somebody else.
    """
    for resource, tags in _tagged(actual, names):
        if is_owned(tags, names):
            continue
        owner = tags.get("biot-plugin:plugin")
        if owner:
            environment = tags.get("biot-plugin:environment")
            of = f"{owner} in the environment {environment}" if environment else owner
            raise OperationFailed(
                f"The {resource} belongs to the plugin {of}: set function-name in [tool.biot-plugin.aws]"
            )
        if not adopt:
            raise OperationFailed(
                f"The {resource} exists, and was not made by biot-plugin: pass --adopt to take it over, or set "
                "function-name in [tool.biot-plugin.aws]"
            )


def _read_permissions(account: Account, function: str) -> list[Permission]:
    return [permission for alias in (ALIAS, None) for permission in find_permissions(account, function, alias)]


def _uses_secret(function: FunctionState | None) -> bool:
    return function is not None and "BIOT_SERVICE_USER_SECRET_ARN" in function.config.environment


def _tagged(actual: ActualState, names: ResourceNames) -> Iterator[tuple[str, Mapping[str, str]]]:
    if actual.function:
        yield f"function {names.function}", actual.function.tags
    if actual.role:
        yield f"role {names.role}", actual.role.tags
    if actual.schedule:
        yield f"rule {names.rule}", actual.schedule.tags
    if actual.secret:
        yield f"secret {names.secret}", actual.secret.tags
    # Lambda makes this one itself, also after the function was deleted, for the last logs.
    if actual.log_group and actual.log_group.tags.get("biot-plugin:plugin"):
        yield f"log group {names.log_group}", actual.log_group.tags
