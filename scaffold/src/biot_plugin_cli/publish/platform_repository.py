"""The platform's repository for images, with credentials that are asked for anew whenever the registry refuses them."""

from __future__ import annotations

from biot_plugin_cli.aws.ecr.exchange import SessionKey, exchange
from biot_plugin_cli.errors import PlatformRefused
from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.temporary_credentials import RepositoryAccess, fetch_access
from biot_plugin_cli.publish.repository import ImageRepository
from biot_plugin_cli.registry.login import Login
from biot_plugin_cli.registry.reference import require_host, require_repository

__all__ = ["platform_repository"]


def platform_repository(client: PlatformClient) -> ImageRepository:
    """Return the repository that the platform takes images from.

    Args:
        client: The platform's client.

    Raises:
        CliError: The platform cannot be asked, or names none.
    """
    access = fetch_access(client)
    host, _, repository = access.repository_uri.partition("/")
    return ImageRepository(require_host(host), require_repository(repository), _Exchange(client, access))


class _Exchange:
    """Exchanges the platform's temporary credentials for a login; each call but the first with new ones."""

    def __init__(self, client: PlatformClient, access: RepositoryAccess) -> None:
        self._client = client
        self._uri = access.repository_uri
        self._unused: RepositoryAccess | None = access

    def __call__(self) -> Login:
        access, self._unused = self._unused or fetch_access(self._client), None
        if access.repository_uri != self._uri:
            raise PlatformRefused("The platform's image repository has moved while pushing: run this command again")
        key = SessionKey(access.access_key_id, access.secret_access_key, access.session_token, access.region)
        return Login(*exchange(key, self._uri.partition("/")[0], self._client.base_url))
