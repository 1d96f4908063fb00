"""The account's repository as one that images are pushed to."""

from __future__ import annotations

from biot_plugin_cli.aws.ecr.repository import authorize, registry_host
from biot_plugin_cli.aws.errors import explained
from biot_plugin_cli.aws.function.lifecycle import find_image_uri
from biot_plugin_cli.aws.names import OWNER, OWNER_TAG
from biot_plugin_cli.aws.session import Account
from biot_plugin_cli.publish.repository import ImageRepository
from biot_plugin_cli.registry.login import Login

__all__ = ["is_used_by_others", "own_repository"]


def own_repository(account: Account, name: str) -> ImageRepository:
    """Return a repository of the account's registry.

    Args:
        account: The account.
        name: The repository's name.
    """

    def log_in() -> Login:
        with explained():
            return Login(*authorize(account))

    return ImageRepository(registry_host(account), name, log_in)


def is_used_by_others(account: Account, name: str, function: str) -> bool:
    """Whether a function that was made by this program has an image of a repository, besides one.

    Args:
        account: The account.
        name: The repository's name.
        function: The name of the function that does not count.
    """
    with explained():
        pages = account.tagging.get_paginator("get_resources").paginate(
            ResourceTypeFilters=["lambda:function"], TagFilters=[{"Key": OWNER_TAG, "Values": [OWNER]}]
        )
        arns = [resource.get("ResourceARN", "") for page in pages for resource in page["ResourceTagMappingList"]]
        others = {arn.split(":")[6] for arn in arns} - {function}
        return any(f"/{name}@" in find_image_uri(account, other) for other in others)
