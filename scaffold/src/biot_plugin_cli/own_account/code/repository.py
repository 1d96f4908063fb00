"""The account's repository as one that images are pushed to."""

from __future__ import annotations

from biot_plugin_cli.aws.ecr.repository import authorize, registry_host
from biot_plugin_cli.aws.errors import explained
from biot_plugin_cli.aws.session import Account
from biot_plugin_cli.publish.repository import ImageRepository
from biot_plugin_cli.registry.login import Login

__all__ = ["own_repository"]


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
