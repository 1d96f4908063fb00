"""An authenticated client of the platform's APIs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from biot_plugin_cli.platform.connection import Connection, Form
from biot_plugin_cli.platform.credentials import Credentials
from biot_plugin_cli.platform.errors import AnswerLost, NotThePlatform, Refusal, parse_refusal
from biot_plugin_cli.platform.hidden_values import hider
from biot_plugin_cli.platform.login import log_in
from biot_plugin_cli.platform.response_schemas import ANYTHING, Schema, page_of, parse
from biot_plugin_cli.platform.retries import with_retries
from biot_plugin_cli.platform.search_pages import search_all

__all__ = ["PlatformClient"]

# A gateway may respond with these while the platform still completes the request.
_GATEWAY_STATUSES = frozenset({500, 502, 503, 504})
_UNAUTHORIZED = 401


class PlatformClient:
    """A client that logs in with its first request. Responses are decoded JSON.

    Requests that change nothing are retried; requests that change something are sent once.

    Args:
        base_url: The base URL of the platform's APIs.
        credentials: Returns the credentials; called before the first log-in.
        logged_in: Receives the credentials after the first successful log-in.

    Raises:
        UsageError: The URL would send the credentials unencrypted, or the proxy setting is invalid.
    """

    def __init__(
        self, base_url: str, credentials: Callable[[], Credentials], logged_in: Callable[[Credentials], object] = bool
    ) -> None:
        self._connection = Connection(base_url)
        # A repeated log-in neither prompts nor notifies again.
        self._credentials = cache(credentials)
        self._notify = cache(logged_in)
        self._token: str | None = None
        self._secrets: set[str] = set()
        self._user: str | None = None

    @property
    def base_url(self) -> str:
        """The base URL of the platform's APIs."""
        return self._connection.base_url

    @property
    def user(self) -> str | None:
        """Who is logged in: `user NAME` or `service user ID`; None before the first request."""
        return self._user

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()

    def get(self, path: str, schema: Schema = dict) -> Any:
        """Send a GET request, with retries.

        Args:
            path: The path, including the query.
            schema: The expected shape of the response.

        Raises:
            Unreachable: The platform did not respond.
            Refusal: The platform responded with an error.
        """
        return with_retries(lambda: self._authorized("GET", path, schema))

    def search(self, path: str, request: Mapping[str, Any], schema: Schema = dict) -> list[dict[str, Any]]:
        """Return all results of a search API. Raises as `get` does.

        Args:
            path: The path of the API.
            request: Filter and sort.
            schema: The expected shape of each result.
        """
        return search_all(lambda page_path: self.get(page_path, page_of(schema)), path, request)

    def change(
        self,
        method: str,
        path: str,
        form: Form | None = None,
        schema: Schema = ANYTHING,
        *,
        hide: Callable[[str], str] = str,
    ) -> Any:
        """Send a request that creates, changes or deletes something, once.

        Args:
            method: The HTTP method.
            path: The path.
            form: The multipart form.
            schema: The expected shape of the response.
            hide: Hides in an error of the platform what must not be printed.

        Raises:
            Unreachable: The request was not sent: nothing was changed.
            AnswerLost: The outcome is unknown.
            Refusal: The platform responded with an error.
        """
        return self._authorized(method, path, schema, form, hide)

    def send_json(self, method: str, path: str, document: Mapping[str, Any], schema: Schema = ANYTHING) -> Any:
        """Send a JSON document that creates, changes or deletes something, once. Raises as `change` does.

        Args:
            method: The HTTP method.
            path: The path.
            document: The document.
            schema: The expected shape of the response.
        """
        return self._authorized(method, path, schema, json.dumps(document).encode())

    def _authorized(
        self, method: str, path: str, schema: Schema, body: Form | bytes | None = None, hide: Callable[[str], str] = str
    ) -> Any:
        """Send a request with the token, and once more with a new one if it has expired."""
        is_fresh = self._token is None
        try:
            return self._with_token(method, path, schema, body, hide)
        except Refusal as error:
            if error.status_code != _UNAUTHORIZED or is_fresh:
                raise
        self._token = None
        return self._with_token(method, path, schema, body, hide)

    def _with_token(
        self, method: str, path: str, schema: Schema, body: Form | bytes | None, hide: Callable[[str], str]
    ) -> Any:
        headers = {"authorization": f"Bearer {self._get_token()}"}
        try:
            return parse(self._send(method, path, headers, body, hide), schema, self._connection.base_url)
        except NotThePlatform as error:
            if method == "GET":
                raise
            # The status was a success, so the change may have been made.
            raise AnswerLost(str(error)) from error

    def _get_token(self) -> str:
        if self._token is None:
            credentials = self._credentials()
            self._secrets.add(credentials.secret)
            self._token = log_in(credentials, self._send, self._connection.base_url)
            self._secrets.add(self._token)
            self._user = f"{'service user' if credentials.is_service else 'user'} {credentials.name}"
            self._notify(credentials)
        return self._token

    def _send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Form | bytes | None,
        hide: Callable[[str], str] = str,
    ) -> bytes:
        status, content = self._connection.send(method, path, headers, body)
        if status in range(200, 300):
            return content
        hide_secrets = hider(self._secrets)
        refusal = parse_refusal(status, content, lambda text: hide(hide_secrets(text)))
        if status in _GATEWAY_STATUSES and method != "GET" and refusal.code in ("", "GATEWAY_TIMEOUT"):
            raise AnswerLost(str(refusal))
        raise refusal
