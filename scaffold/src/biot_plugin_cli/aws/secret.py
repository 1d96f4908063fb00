"""The secret in Secrets Manager that has the service user's key."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from biot_plugin_cli.aws.errors import find, tolerate, unless_exists
from biot_plugin_cli.aws.session import Account

__all__ = ["SecretKey", "StoredSecret", "delete_secret", "find_secret", "set_secret", "update_secret"]

_DEFAULT_KEY = "alias/aws/secretsmanager"


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """A secret, without its value.

    Attributes:
        arn: Its ARN.
        kms_key: The key that encrypts it; empty for AWS's own.
        tags: Its tags.
        version: The id of its current value.
    """

    arn: str
    kms_key: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    version: str = ""

    def has_key(self, key_id: str) -> bool:
        """Whether it has this key of the service user, which nobody has to read for that."""
        return self.version == _version_of(key_id)


@dataclass(frozen=True, slots=True)
class SecretKey:
    """A key of a service user.

    Attributes:
        user_id: The id of the service user.
        id: The id of the key.
        value: The key; not shown by `repr`.
    """

    user_id: str
    id: str
    value: str = field(repr=False)


def find_secret(account: Account, name: str) -> StoredSecret | None:
    """Read a secret, but for its value; None if there is none."""
    response = find(lambda: account.secrets.describe_secret(SecretId=name))
    if response is None or response.get("DeletedDate") is not None:
        return None
    tags = {tag.get("Key", ""): tag.get("Value", "") for tag in response.get("Tags") or ()}
    versions: Mapping[str, Any] = response.get("VersionIdsToStages") or {}
    version = next((version for version, stages in versions.items() if "AWSCURRENT" in stages), "")
    kms_key = response.get("KmsKeyId") or ""
    return StoredSecret(response["ARN"], "" if kms_key.endswith(_DEFAULT_KEY) else kms_key, tags, version)


def set_secret(account: Account, name: str, key: SecretKey, tags: Mapping[str, str], kms_key: str | None) -> str:
    """Store a service user's key; return the ARN of the secret. The value is in no other request, and in no log.

    Args:
        account: The account.
        name: The secret's name.
        key: The key.
        tags: The secret's tags.
        kms_key: The ARN of the key that encrypts it; None for AWS's own.
    """
    value = json.dumps({"id": key.user_id, "secretKey": key.value})
    version, pairs = _version_of(key.id), _pairs(tags)
    encryption: dict[str, Any] = {"KmsKeyId": kms_key} if kms_key else {}
    created = unless_exists(
        lambda: account.secrets.create_secret(
            Name=name, SecretString=value, ClientRequestToken=version, Tags=pairs, **encryption
        )
    )
    if created is not None:
        return created["ARN"]
    # The id of the value comes with it, so that nothing can say that the secret has a key that it does not have.
    updated = account.secrets.update_secret(SecretId=name, SecretString=value, ClientRequestToken=version, **encryption)
    account.secrets.tag_resource(SecretId=name, Tags=pairs)
    return updated["ARN"]


def update_secret(account: Account, name: str, tags: Mapping[str, str], kms_key: str, before: StoredSecret) -> None:
    """Set what differs from the secret as it was read, but for its value."""
    if before.kms_key != kms_key:
        account.secrets.update_secret(SecretId=name, KmsKeyId=kms_key or _DEFAULT_KEY)
    if missing := {key: value for key, value in tags.items() if before.tags.get(key) != value}:
        account.secrets.tag_resource(SecretId=name, Tags=_pairs(missing))


def delete_secret(account: Account, name: str) -> None:
    """Delete a secret at once: the key in it is deleted, too."""
    tolerate(lambda: account.secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True))


def _version_of(key_id: str) -> str:
    """Return the id of the value that has a key: AWS demands 32 to 64 characters, whatever ids the platform gives."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"biot-plugin:service-user-key:{key_id}"))


def _pairs(tags: Mapping[str, str]) -> Any:
    return [{"Key": name, "Value": value} for name, value in tags.items()]
