"""What a plugin consists of in an AWS account, as its manifest and code say it. No account is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from biot_plugin_cli.aws.function.state import FunctionConfig
from biot_plugin_cli.aws.log_group import LogGroup
from biot_plugin_cli.aws.names import ALIAS, ResourceNames
from biot_plugin_cli.aws.policy_documents import execution_policy, trust_policy
from biot_plugin_cli.aws.role import Role
from biot_plugin_cli.aws.schedule import Schedule
from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.hooks.discovery import Hooks
from biot_plugin_cli.image.artifact import Image, UnbuiltImage
from biot_plugin_cli.manifest.aws_settings import AwsSettings
from biot_plugin_cli.manifest.environment_variables import COMMIT_VARIABLE, HASH_VARIABLE
from biot_plugin_cli.manifest.settings import Manifest
from biot_plugin_cli.own_account.code.built import code_of
from biot_plugin_cli.own_account.code.deployable import Code
from biot_plugin_cli.own_account.hook_record import HOOKS_VARIABLE, encode_hooks, hooks_document
from biot_plugin_cli.package.built import Package

__all__ = [
    "DEPLOY_VARIABLES",
    "KEY_ID_VARIABLE",
    "KEY_VARIABLE",
    "LABEL_VARIABLES",
    "SECRET_VARIABLE",
    "USER_VARIABLE",
    "DesiredState",
]

USER_VARIABLE = "BIOT_SERVICE_USER_ID"
KEY_VARIABLE = "BIOT_SERVICE_USER_SECRET_KEY"
SECRET_VARIABLE = "BIOT_SERVICE_USER_SECRET_ARN"  # noqa: S105 - the name of a variable
KEY_ID_VARIABLE = "BIOT_SERVICE_USER_KEY_ID"
"""The id of the key in `KEY_VARIABLE`, which says whether the platform still accepts it."""
_APP_VARIABLE = "BIOT_APP_NAME"
_URL_VARIABLE = "BIOT_BASE_URL"
_ENVIRONMENT_VARIABLE = "BIOT_SERVICE_ENVIRONMENT"

LABEL_VARIABLES = frozenset(
    [
        _APP_VARIABLE,
        _URL_VARIABLE,
        _ENVIRONMENT_VARIABLE,
        USER_VARIABLE,
        KEY_ID_VARIABLE,
        SECRET_VARIABLE,
        HASH_VARIABLE,
        COMMIT_VARIABLE,
    ]
)
"""The environment variables that a deployment sets, and whose values are no secrets."""

DEPLOY_VARIABLES = frozenset([*LABEL_VARIABLES, KEY_VARIABLE, HOOKS_VARIABLE])
"""The environment variables that a deployment sets, and removes when they are not needed any more."""


@dataclass(frozen=True, slots=True)
class DesiredState:
    """A plugin in an AWS account.

    Attributes:
        names: The names of its resources, and their tags.
        settings: The settings for the account.
        manifest: The plugin's manifest, with the overrides of its environment.
        base_url: The base URL of the platform's APIs.
        hooks: Subscriptions and schedule, as `hooks_document` has them; None if they are unknown.
        code: The code; None where only the configuration matters.
        commit: What is recorded of the commit of the code; None for nothing.
    """

    names: ResourceNames
    settings: AwsSettings
    manifest: Manifest
    base_url: str
    hooks: Mapping[str, Any] | None
    code: Code | None = None
    commit: str | None = None

    @classmethod
    def of(
        cls,
        manifest: Manifest,
        environment: str | None,
        base_url: str,
        hooks: Hooks,
        built: Package | Image | UnbuiltImage | None,
        commit: str | None = None,
    ) -> Self:
        """Create the desired state of a plugin.

        Args:
            manifest: The plugin's manifest, with the overrides of its environment.
            environment: The name of the selected environment; None for none.
            base_url: The base URL of the platform's APIs.
            hooks: The plugin's hooks.
            built: Its package or image; None where only the configuration matters.
            commit: What is recorded of the commit; None for nothing.

        Raises:
            InvalidPlugin: A variable has the name of one that deployments set, the plugin needs BioT's account, or no
                repository is named for its image.
            OperationFailed: Another build has replaced the package.
        """
        if manifest.analytics_db_access:
            raise InvalidPlugin(
                "The analytics database can be reached from BioT's account alone: remove analytics-db-access, or "
                "deploy with --target biot"
            )
        if HOOKS_VARIABLE in manifest.environment:
            raise InvalidPlugin(f"'environment' has {HOOKS_VARIABLE}, which deploy sets: choose another name")
        settings = AwsSettings.of(manifest.aws)
        return cls(
            names=ResourceNames.of(manifest.name, environment, settings.function_name),
            settings=settings,
            manifest=manifest,
            base_url=base_url,
            hooks=hooks_document(hooks, manifest.interception_order),
            code=code_of(built, settings) if built else None,
            commit=commit,
        )

    @property
    def content_hash(self) -> str:
        """The content hash of the code; empty where only the configuration matters."""
        return self.code.content_hash if self.code else ""

    @property
    def is_image(self) -> bool:
        """Whether the code is a container image, which has runtime and handler in it."""
        return self.manifest.package == "image"

    @property
    def alias(self) -> str:
        """The name of the alias that is called."""
        return ALIAS

    @property
    def tags(self) -> dict[str, str]:
        """The tags of everything that is made."""
        return {**self.settings.tags, **self.names.tags}

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables, without those of the service user."""
        hooks = {} if self.hooks is None else {HOOKS_VARIABLE: encode_hooks(self.hooks)}
        return {**self.manifest.environment, **self.label_variables, HASH_VARIABLE: self.content_hash, **hooks}

    @property
    def label_variables(self) -> dict[str, str]:
        """The environment variables that tell the framework whose plugin it runs, and where."""
        environment = {_ENVIRONMENT_VARIABLE: self.names.environment} if self.names.environment else {}
        return {_APP_VARIABLE: self.manifest.display_name, _URL_VARIABLE: self.base_url, **environment}

    @property
    def cors(self) -> dict[str, list[str]]:
        """The cross-origin lists of the function URL, by their names in the manifest, sorted; none if it has none."""
        return {name: sorted(values) for name, values in self.manifest.cors.items() if values}

    @property
    def cron(self) -> str | None:
        """The schedule's cron expression; None for none."""
        cron: str | None = (self.hooks or {}).get("cronSchedule")
        return cron

    @property
    def log_group(self) -> LogGroup:
        """The log group."""
        return LogGroup(self.settings.log_retention, self.settings.kms_key or "", self.tags)

    @property
    def has_secret(self) -> bool:
        """Whether the service user's key is kept in Secrets Manager."""
        return self.settings.service_user and self.settings.key_store == "secrets-manager"

    def function(self, role: str, service_variables: Mapping[str, str]) -> FunctionConfig:
        """Return the configuration of the function.

        Args:
            role: The ARN of the execution role.
            service_variables: The environment variables of the service user.
        """
        manifest, settings = self.manifest, self.settings
        return FunctionConfig(
            runtime="" if self.is_image else manifest.runtime,
            handler="" if self.is_image else manifest.handler,
            role=role,
            timeout=manifest.timeout,
            memory_size=manifest.memory_size,
            ephemeral_storage=manifest.ephemeral_storage,
            environment={**self.variables, **service_variables},
            subnets=tuple(sorted(settings.subnets)),
            security_groups=tuple(sorted(settings.security_groups)),
            kms_key=settings.kms_key or "",
        )

    def role(self, log_group: str, secret: str | None) -> Role | None:
        """Return the execution role; None if an existing one is used.

        Args:
            log_group: The ARN of the log group.
            secret: The ARN of the secret; may end with `-??????` for what AWS adds to its name. None if no version
                reads one.
        """
        settings = self.settings
        if settings.role:
            return None
        resources = {
            "log_group": log_group,
            "secret": secret,
            "key": settings.kms_key,
            "vpc": "*" if settings.subnets else None,
        }
        policy = execution_policy(resources)
        return Role(settings.role_path, trust_policy(), policy, settings.permissions_boundary or "", self.tags)

    def schedule(self, target: str, *, is_enabled: bool = True) -> Schedule | None:
        """Return the schedule; None if the plugin has none.

        Args:
            target: The ARN of the alias that is called.
            is_enabled: Whether it runs.
        """
        return Schedule(self.cron, target, is_enabled, self.tags) if self.cron else None

    def with_hooks(self, hooks: Mapping[str, Any] | None) -> Self:
        """Return the state with the hooks of another version."""
        return replace(self, hooks=hooks)
