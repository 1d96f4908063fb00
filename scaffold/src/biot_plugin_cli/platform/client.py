"""Calls the platform's APIs as somebody who may deploy."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from biot_plugin_cli.platform.connection import Connection, Form
from biot_plugin_cli.platform.credentials import Credentials
from biot_plugin_cli.platform.errors import AnswerLost, NotThePlatform, Refusal, Unreachable, refusal
from biot_plugin_cli.platform.response_shapes import ANYTHING, SERVICE_TOKEN, USER_TOKEN, Shape, page_of, read_answer
from biot_plugin_cli.platform.search_pages import found_by

__all__ = ["PlatformClient"]

_PAUSES = (0.5, 1.5, 4.0)
_AGAIN = frozenset({429, 500, 502, 503, 504})
#: Whoever stands before the platform may answer so while the platform goes on with it.
_LOST = frozenset({500, 502, 503, 504})
_UNAUTHORIZED = 401


class PlatformClient:
    """A caller of the platform, who is logged in with the first call. Its answers are decoded JSON.

    What changes nothing is tried again when it fails; what changes something is tried once.

    Args:
        base_url: Where the platform is.
        credentials: Finds whom to log in as, once that is needed.
        logged_in: Is told whom the platform let in.

    Raises:
        UsageError: The address would carry the credentials in the open, or the proxy before it cannot be used.
    """

    def __init__(
        self, base_url: str, credentials: Callable[[], Credentials], logged_in: Callable[[Credentials], object] = bool
    ) -> None:
        self._connection = Connection(base_url)
        # Nobody is asked, or told, again where a log-in is repeated.
        self._credentials = cache(credentials)
        self._tell = cache(logged_in)
        self._token: str | None = None

    def close(self) -> None:
        """Close its connections."""
        self._connection.close()

    def get(self, path: str, shape: Shape = dict) -> Any:
        """Read something.

        Args:
            path: The path, with its query.
            shape: What the answer must look like.

        Raises:
            Unreachable: The platform was not reached.
            Refusal: It refused.
        """
        for pause in _PAUSES:
            try:
                return self._authorized("GET", path, shape)
            except NotThePlatform:
                raise
            except (Unreachable, AnswerLost):
                pass
            except Refusal as error:
                if error.status_code not in _AGAIN:
                    raise
            time.sleep(pause)
        try:
            return self._authorized("GET", path, shape)
        except AnswerLost as error:
            raise Unreachable(str(error)) from error

    def search(self, path: str, request: Mapping[str, Any], shape: Shape = dict) -> list[dict[str, Any]]:
        """Give all that a search API finds, page by page. Raises as `get` does."""
        return found_by(lambda asked: self.get(asked, page_of(shape)), path, request)

    def change(self, method: str, path: str, form: Form | None = None, shape: Shape = ANYTHING) -> Any:
        """Make, change or remove something, once.

        Args:
            method: The HTTP method.
            path: The path.
            form: The parts of a multipart form, in order: texts, or file name, content and content type.
            shape: What the answer must look like.

        Raises:
            Unreachable: The platform was not reached: nothing was done.
            AnswerLost: It is not known whether it was done.
            Refusal: The platform refused.
        """
        return self._authorized(method, path, shape, form)

    def _authorized(self, method: str, path: str, shape: Shape, form: Form | None = None) -> Any:
        """Call with a token; where the platform does not take it any more, with a new one."""
        fresh = self._token is None
        try:
            return self._with_token(method, path, shape, form)
        except Refusal as error:
            if error.status_code != _UNAUTHORIZED or fresh:
                raise
        self._token = None
        return self._with_token(method, path, shape, form)

    def _with_token(self, method: str, path: str, shape: Shape, form: Form | None) -> Any:
        content = self._call(method, path, {"authorization": f"Bearer {self._logged_in()}"}, form)
        try:
            return read_answer(content, shape, self._connection.base_url)
        except NotThePlatform as error:
            if method == "GET":
                raise
            # It may have been done: it was called a success.
            raise AnswerLost(str(error)) from error

    def _logged_in(self) -> str:
        if self._token is None:
            found = self._credentials()
            self._token = self._log_in(found)
            self._tell(found)
        return self._token

    def _log_in(self, credentials: Credentials) -> str:
        if credentials.is_service:
            path, shape = "/ums/v2/services/accessToken", SERVICE_TOKEN
            body = {"id": credentials.name, "secretKey": credentials.secret}
        else:
            path, shape = "/ums/v2/users/login", USER_TOKEN
            body = {"username": credentials.name, "password": credentials.secret}
        try:
            content = self._call("POST", path, {"content-type": "application/json"}, json.dumps(body).encode())
        except AnswerLost as error:
            raise Unreachable(str(error)) from error
        answer = read_answer(content, shape, self._connection.base_url)
        token = answer["accessToken"] if credentials.is_service else answer["accessJwt"]["token"]
        return str(token)

    def _call(self, method: str, path: str, headers: Mapping[str, str], sent: Form | bytes | None) -> bytes:
        status, content = self._connection.send(method, path, headers, sent)
        if status in range(200, 300):
            return content
        refused = refusal(status, content)
        if status in _LOST and method != "GET" and refused.code in ("", "GATEWAY_TIMEOUT"):
            raise AnswerLost(str(refused))
        raise refused
