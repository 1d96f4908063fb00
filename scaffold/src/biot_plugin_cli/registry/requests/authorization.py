"""The Authorization header: Basic at once, or a token of the service that the registry names."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Collection, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from biot_plugin_cli.http.json_document import read_json
from biot_plugin_cli.registry.errors import LoginRefused, RegistryRefused
from biot_plugin_cli.registry.login import Login, LoginSource
from biot_plugin_cli.registry.requests.addresses import origin_of, require_safe
from biot_plugin_cli.registry.requests.challenge import Challenge

__all__ = ["Authorization", "Scopes", "TokenRequest"]

Scopes = tuple[str, ...]
"""What a token is for, as in `repository:plugins:pull`."""

TokenRequest = Callable[[str, str | None], tuple[int, bytes]]
"""Sends a GET request to a URL with an Authorization header, and gives status and content."""

# Token services of registries that are at another host, and run by the same owner.
_TOKEN_HOSTS = {"registry-1.docker.io": ("auth.docker.io",), "registry.gitlab.com": ("gitlab.com",)}
_TOKEN = re.compile(r"[\x21-\x7e]{1,65536}")


class Authorization:
    """What authorizes requests to one registry.

    Args:
        registry: The URL of the registry.
        login: Gives the credentials.
        request: Sends a request to a token service, without following redirects.
        token_hosts: Hosts of token services that may get the credentials, besides the registry's own.
    """

    def __init__(
        self, registry: str, login: LoginSource, request: TokenRequest, token_hosts: Collection[str] = ()
    ) -> None:
        self._registry = registry
        self._hostname = urlsplit(registry).hostname or ""
        self._source = login
        self._request = request
        self._token_hosts = {*token_hosts, *_TOKEN_HOSTS.get(self._hostname, ())}
        self._login: Login | None = None
        self._has_login = False
        self._bearer: Challenge | None = None
        self._tokens: dict[Scopes, str] = {}

    def header(self, scopes: Scopes) -> str | None:
        """Return the header for a request; None if it is anonymous."""
        if not self._has_login:
            self._login, self._has_login = self._source(), True
        if self._bearer is None:
            return _basic(self._login) if self._login else None
        if scopes not in self._tokens:
            self._tokens[scopes] = self._fetch_token(self._bearer, scopes)
        return f"Bearer {self._tokens[scopes]}"

    def renew(self, challenges: Sequence[Challenge], scopes: Scopes, used: str | None) -> bool:
        """Prepare another header after a request was refused; False if there is none.

        Args:
            challenges: What the registry demands.
            scopes: What the request is for.
            used: The header that was refused.

        Raises:
            LoginRefused: The token service refuses the credentials.
            RegistryRefused: The token service cannot be trusted or used.
        """
        bearer = next((challenge for challenge in challenges if challenge.scheme == "bearer"), None)
        if bearer is None:
            return self._renew_login(used)
        self._bearer = bearer
        self._tokens[scopes] = self._fetch_token(bearer, scopes)
        return True

    def hide(self, text: str) -> str:
        """Hide the password and the tokens in a text that the registry sent."""
        login = self._login
        secrets = [login.password, _basic(login).removeprefix("Basic ")] if login else []
        for secret in (*secrets, *self._tokens.values()):
            text = text.replace(secret, "…") if secret else text
        return text

    @property
    def is_anonymous(self) -> bool:
        """Whether there are no credentials."""
        return self._login is None

    def _renew_login(self, used: str | None) -> bool:
        self._login, self._has_login = self._source(), True
        self._tokens.clear()
        return self._login is not None and _basic(self._login) != used

    def _fetch_token(self, challenge: Challenge, scopes: Scopes) -> str:
        url = self._token_url(challenge, scopes)
        used = self._credentials_for(url)
        status, content = self._request(url, used)
        if status in (401, 403) and used is not None and self._renew_login(used):
            status, content = self._request(url, self._credentials_for(url))
        if status in (401, 403):
            raise LoginRefused(self._refusal(url, used), status)
        if status != 200:
            raise RegistryRefused(f"{_host(url)} gives no token for {self._hostname} ({status}): try again", status)
        return _parse_token(content, url)

    def _token_url(self, challenge: Challenge, scopes: Scopes) -> str:
        realm = require_safe(challenge.parameters.get("realm", ""), "to log in", self._hostname)
        requested = scopes or tuple(filter(None, [challenge.parameters.get("scope")]))
        query: list[tuple[str, Any]] = [("scope", scope) for scope in requested]
        if service := challenge.parameters.get("service"):
            query.insert(0, ("service", service))
        parts = urlsplit(realm)
        joined = "&".join(filter(None, [parts.query, urlencode(query)]))
        return parts._replace(query=joined, fragment="").geturl()

    def _credentials_for(self, url: str) -> str | None:
        if self._login is None:
            return None
        if origin_of(url) != origin_of(self._registry) and _host(url) not in self._token_hosts:
            raise LoginRefused(
                f"{self._hostname} wants the password to be sent to {_host(url)}, another host, which was not done: "
                "check the address of the registry"
            )
        return _basic(self._login)

    def _refusal(self, url: str, used: str | None) -> str:
        if used is None:
            return f"{_host(url)} gives no token without credentials: check the name of the image, or log in"
        return f"{_host(url)} refuses the credentials for {self._hostname}: they are wrong or have expired, renew them"


def _basic(login: Login) -> str:
    return f"Basic {base64.b64encode(f'{login.user}:{login.password}'.encode()).decode()}"


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _parse_token(content: bytes, url: str) -> str:
    try:
        document = read_json(content)
    except ValueError:
        document = None
    fields = document if isinstance(document, dict) else {}
    token = fields.get("token") or fields.get("access_token")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise RegistryRefused(f"The response of {_host(url)} has no token: check the address of the registry")
    return token
