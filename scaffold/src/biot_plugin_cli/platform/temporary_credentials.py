"""The credentials for pushing images into the platform's repository (contract section 7.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.response_schemas import IMAGE_REPOSITORY

__all__ = ["RepositoryAccess", "fetch_access"]

_PATH = "/settings/v2/plugins/docker-repository/temp-credentials"


@dataclass(frozen=True, slots=True)
class RepositoryAccess:
    """The platform's repository for images, and AWS credentials for it, which are valid for an hour.

    Attributes:
        repository_uri: The registry's host and the repository, such as `1.dkr.ecr.eu-central-1.amazonaws.com/plugins`.
        region: The AWS region.
        access_key_id: The id of the access key; like the next two, not shown by `repr`.
        secret_access_key: The secret of the access key.
        session_token: The session token.
    """

    repository_uri: str
    region: str
    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)


def fetch_access(client: PlatformClient) -> RepositoryAccess:
    """Fetch new credentials for the platform's repository.

    Raises:
        PlatformUnreachable: The platform did not respond.
        PlatformRefused: The user lacks the permission.
    """
    document = client.get(_PATH, IMAGE_REPOSITORY)
    key = document["credentials"]
    return RepositoryAccess(
        repository_uri=re.sub("^https?://", "", document["repositoryUri"]).rstrip("/"),
        region=document["region"],
        access_key_id=key["accessKeyId"],
        secret_access_key=key["secretAccessKey"],
        session_token=key["sessionToken"],
    )
