"""The table `[tool.biot-plugin.aws]`: how a plugin is deployed to an AWS account of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from biot_plugin_cli.manifest.members.aws_account import AWS

__all__ = ["AwsSettings"]


@dataclass(frozen=True, slots=True)
class AwsSettings:
    """Settings for one's own AWS account.

    The attributes are the members of the table, with None for what is left out and has no default.
    """

    region: str | None = None
    profile: str | None = None
    function_name: str | None = None
    role: str | None = None
    role_path: str = AWS.settings["role-path"].default
    permissions_boundary: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    kms_key: str | None = None
    log_retention: int = AWS.settings["log-retention"].default
    service_user: bool = AWS.settings["service-user"].default
    service_user_role: str | None = None
    key_store: Literal["variable", "secrets-manager"] = AWS.settings["key-store"].default
    repository: str | None = None
    create_repository: bool = AWS.settings["create-repository"].default

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Self:
        """Create the settings from a valid table."""
        values: dict[str, Any] = {
            key.replace("-", "_"): tuple(item) if isinstance(item, list) else item for key, item in table.items()
        }
        return cls(**values)
