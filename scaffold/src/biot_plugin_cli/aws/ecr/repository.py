"""A repository for images in ECR, the account's own registry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from biot_plugin_cli.aws.ecr.exchange import read_authorization
from biot_plugin_cli.aws.errors import find, tolerate, unless_exists
from biot_plugin_cli.aws.session import Account

__all__ = [
    "Repository",
    "authorize",
    "create_repository",
    "delete_repository",
    "find_manifest",
    "find_repository",
    "has_image",
    "image_uri",
    "registry_host",
    "set_policy",
]

_NOT_FOUND = ("RepositoryNotFoundException", "RepositoryPolicyNotFoundException", "ImageNotFoundException")
_OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_EXISTS = ("RepositoryAlreadyExistsException",)
_DOMAINS = {"aws-cn": "amazonaws.com.cn", "aws-eusc": "amazonaws.eu"}


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository.

    Attributes:
        policy: Its policy; None for none.
        tags: Its tags.
    """

    policy: Mapping[str, Any] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


def registry_host(account: Account) -> str:
    """Return the host of the account's registry."""
    domain = _DOMAINS.get(account.partition, "amazonaws.com")
    return f"{account.id}.dkr.ecr.{account.region_name}.{domain}"


def image_uri(account: Account, repository: str, digest: str) -> str:
    """Return the address of an image."""
    return f"{registry_host(account)}/{repository}@{digest}"


def authorize(account: Account) -> tuple[str, str]:
    """Return a user and a password for the account's registry, which are valid for twelve hours."""
    return read_authorization(account.ecr.get_authorization_token())


def find_repository(account: Account, name: str) -> Repository | None:
    """Read a repository; None if there is none."""
    if find(lambda: account.ecr.describe_repositories(repositoryNames=[name]), *_NOT_FOUND) is None:
        return None
    response = find(lambda: account.ecr.get_repository_policy(repositoryName=name), *_NOT_FOUND)
    tags = account.ecr.list_tags_for_resource(resourceArn=_arn(account, name))["tags"]
    policy = json.loads(response["policyText"]) if response else None
    return Repository(policy, {tag["Key"]: tag["Value"] for tag in tags})


def has_image(account: Account, name: str, digest: str) -> bool:
    """Whether a repository has an image."""
    response = find(
        lambda: account.ecr.batch_get_image(repositoryName=name, imageIds=[{"imageDigest": digest}]), *_NOT_FOUND
    )
    return bool(response and response["images"])


def find_manifest(account: Account, name: str, tag: str) -> bytes | None:
    """Return the OCI manifest of the image with a tag; None if there is none."""
    response = find(
        lambda: account.ecr.batch_get_image(
            repositoryName=name, imageIds=[{"imageTag": tag}], acceptedMediaTypes=[_OCI_MANIFEST]
        ),
        *_NOT_FOUND,
    )
    images = response["images"] if response else []
    return images[0].get("imageManifest", "").encode() if images else None


def create_repository(account: Account, name: str, tags: Mapping[str, str]) -> None:
    """Create a repository whose tags never come to mean another image; one that exists already is left as it is."""
    unless_exists(
        lambda: account.ecr.create_repository(
            repositoryName=name,
            imageTagMutability="IMMUTABLE",
            tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        ),
        *_EXISTS,
    )


def set_policy(account: Account, name: str, policy: Mapping[str, Any]) -> None:
    """Set the policy of a repository."""
    account.ecr.set_repository_policy(repositoryName=name, policyText=json.dumps(policy))


def delete_repository(account: Account, name: str) -> None:
    """Delete a repository, with its images."""
    tolerate(lambda: account.ecr.delete_repository(repositoryName=name, force=True), *_NOT_FOUND)


def _arn(account: Account, name: str) -> str:
    return account.arn("ecr", f"repository/{name}")
