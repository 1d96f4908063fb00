"""The secret in Secrets Manager that has the service user's key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from biot_plugin_cli.aws.errors import find, tolerate, unless_exists
from biot_plugin_cli.aws.session import Account

__all__ = ["USER_TAG", "StoredSecret", "delete_secret", "find_secret", "set_secret"]

USER_TAG = "biot-plugin:service-user"
"""The tag with the id of the service user whose key is in the secret, so that nobody has to read it."""


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """A secret, without its value.

    Attributes:
        arn: Its ARN.
        kms_key: The key that encrypts it; empty for AWS's own.
        tags: Its tags.
    """

    arn: str
    kms_key: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


def find_secret(account: Account, name: str) -> StoredSecret | None:
    """Read a secret, but for its value; None if there is none."""
    response = find(lambda: account.secrets.describe_secret(SecretId=name))
    if response is None or response.get("DeletedDate") is not None:
        return None
    tags = {tag.get("Key", ""): tag.get("Value", "") for tag in response.get("Tags") or ()}
    return StoredSecret(response["ARN"], response.get("KmsKeyId") or "", tags)


def set_secret(
    account: Account, name: str, user_id: str, key: str, tags: Mapping[str, str], kms_key: str | None
) -> str:
    """Store a service user's key; return the ARN of the secret. The value is in no other request, and in no log.

    Args:
        account: The account.
        name: The secret's name.
        user_id: The id of the service user.
        key: Its secret key.
        tags: The secret's tags.
        kms_key: The ARN of the key that encrypts it; None for AWS's own.
    """
    value = json.dumps({"id": user_id, "secretKey": key})
    pairs: Any = [{"Key": tag, "Value": text} for tag, text in {**tags, USER_TAG: user_id}.items()]
    encryption: dict[str, Any] = {"KmsKeyId": kms_key} if kms_key else {}
    created = unless_exists(
        lambda: account.secrets.create_secret(Name=name, SecretString=value, Tags=pairs, **encryption)
    )
    if created is not None:
        return created["ARN"]
    updated = account.secrets.update_secret(SecretId=name, SecretString=value, **encryption)
    # Last, as the tag says that the value is the key of this user.
    account.secrets.tag_resource(SecretId=name, Tags=pairs)
    return updated["ARN"]


def delete_secret(account: Account, name: str) -> None:
    """Delete a secret at once: the key in it is deleted, too."""
    tolerate(lambda: account.secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True))
