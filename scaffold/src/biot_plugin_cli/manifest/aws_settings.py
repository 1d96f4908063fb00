"""The table `[tool.biot-plugin.aws]`: how a plugin is deployed to an AWS account of one's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from biot_plugin_cli.manifest.nested_tables import SettingRule, find_table_problems
from biot_plugin_cli.manifest.problem import ManifestProblem, table_header

__all__ = ["LOG_RETENTIONS", "AwsSettings", "find_aws_problems"]

LOG_RETENTIONS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""The numbers of days that CloudWatch Logs keeps logs for."""

_MAX_FUNCTION_NAME = 64
_MAX_TAGS = 40
_ARN = "arn:(aws|aws-cn|aws-us-gov)"
_OWN_TAGS = ("aws:", "biot-plugin:")


@dataclass(frozen=True, slots=True)
class AwsSettings:
    """Settings for one's own AWS account.

    Attributes:
        region: The region; None for that of the environment or the profile.
        profile: The profile of AWS's configuration files; None for the environment's credentials.
        function_name: The function's name; None for `biot-NAME`, or `biot-NAME-ENVIRONMENT`.
        role: The ARN of an existing execution role; None to make one.
        role_path: The path of the role that is made.
        permissions_boundary: The ARN of the policy that bounds the role that is made.
        tags: Tags of everything that is made, besides those that say whose it is.
        subnets: The ids of the VPC's subnets that the function runs in.
        security_groups: The ids of its security groups.
        kms_key: The ARN of the key that encrypts variables, logs and secret; None for AWS's own key.
        log_retention: Days after which logs are deleted.
        service_user: Whether the plugin has a service user on the platform.
        service_user_role: The id of the service user's role on the platform; None to make one without permissions.
        key_store: Where the service user's key is kept: in an encrypted variable, or in Secrets Manager.
        repository: The name of the account's repository for the images of the plugin; None for a zip file.
        create_repository: Whether to make the repository.
    """

    region: str | None = None
    profile: str | None = None
    function_name: str | None = None
    role: str | None = None
    role_path: str = "/"
    permissions_boundary: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    kms_key: str | None = None
    log_retention: int = 30
    service_user: bool = True
    service_user_role: str | None = None
    key_store: Literal["variable", "secrets-manager"] = "variable"
    repository: str | None = None
    create_repository: bool = False

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Self:
        """Create the settings from a valid table."""
        values: dict[str, Any] = {
            key.replace("-", "_"): tuple(item) if isinstance(item, list) else item for key, item in table.items()
        }
        return cls(**values)


def find_aws_problems(value: Any, within: tuple[str, ...]) -> Iterator[ManifestProblem]:
    """Find every problem of a table `aws`.

    Args:
        value: The table.
        within: The path of its parent below `tool.biot-plugin`.
    """
    keys, header = (*within, "aws"), table_header(*within, "aws")
    yield from find_table_problems(value, keys, _RULES)
    if not isinstance(value, dict):
        return
    if bool(value.get("subnets")) != bool(value.get("security-groups")):
        message, advice = f"{header} has only one of subnets and security-groups", "set both, or none"
        yield ManifestProblem("vpc-incomplete", keys, message, advice)
    if value.get("create-repository") and not value.get("repository"):
        message, advice = f"{header} has create-repository without a name for it", "set repository, or remove it"
        yield ManifestProblem("repository-missing", keys, message, advice)
    if value.get("role") and (value.get("permissions-boundary") or value.get("role-path")):
        message, advice = f"{header} has an existing role, and settings of one to make", "remove either"
        yield ManifestProblem("role-ambiguous", keys, message, advice)


def _text(pattern: str, longest: int = 2048) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and len(value) <= longest and bool(re.fullmatch(pattern, value))


def _texts(pattern: str, most: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and len(value) <= most and all(map(_text(pattern), value))


def _is_tags(value: Any) -> bool:
    return isinstance(value, dict) and len(value) <= _MAX_TAGS and all(map(_is_tag, value.items()))


def _is_tag(tag: tuple[str, Any]) -> bool:
    name, text = tag
    characters = r"[\w .:/=+@-]*"
    return (
        bool(name)
        and not name.lower().startswith(_OWN_TAGS)
        and _text(characters, 128)(name)
        and _text(characters, 256)(text)
    )


_RULES: Mapping[str, SettingRule] = {
    "region": ("a region such as 'eu-central-1'", _text(r"[a-z]{2}(-[a-z]+)+-\d")),
    "profile": ("the name of a profile", _text(r"\S(.*\S)?")),
    "function-name": (
        f"1 to {_MAX_FUNCTION_NAME} letters, digits, '-' and '_'",
        _text(r"[a-zA-Z0-9_-]+", _MAX_FUNCTION_NAME),
    ),
    "role": ("the ARN of a role", _text(rf"{_ARN}:iam::\d{{12}}:role/[\w+=,.@/-]+")),
    "role-path": ("a path such as '/plugins/'", _text(r"/([\w+=,.@-]+/)*", 512)),
    "permissions-boundary": ("the ARN of a policy", _text(rf"{_ARN}:iam::(\d{{12}}|aws):policy/[\w+=,.@/-]+")),
    "tags": (
        f"a table of at most {_MAX_TAGS} strings of letters, digits, spaces and '_.:/=+@-', not named aws: or "
        "biot-plugin:",
        _is_tags,
    ),
    "subnets": ("a list of at most 16 ids such as 'subnet-0a1b2c3d'", _texts(r"subnet-[0-9a-z]+", 16)),
    "security-groups": ("a list of at most 5 ids such as 'sg-0a1b2c3d'", _texts(r"sg-[0-9a-z]+", 5)),
    "kms-key": ("the ARN of a key", _text(rf"{_ARN}:kms:[\w-]+:\d{{12}}:key/[\w-]+")),
    "log-retention": (
        f"a number of days among {', '.join(map(str, LOG_RETENTIONS))}",
        lambda value: type(value) is int and value in LOG_RETENTIONS,
    ),
    "service-user": ("true or false", lambda value: isinstance(value, bool)),
    "service-user-role": ("the id of a role on the platform", _text(r"[0-9a-fA-F-]{36}")),
    "repository": (
        "the name of a repository in the account's ECR, such as 'plugins/demo', of at most 256 lower-case letters, "
        "digits and single '/', '.', '_' and '-'",
        _text(r"(?=.{2,256}$)[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*", 256),
    ),
    "create-repository": ("true or false", lambda value: isinstance(value, bool)),
    "key-store": ("'variable' or 'secrets-manager'", lambda value: value in ("variable", "secrets-manager")),
}
