"""A caller of the platform, as tests and tools need one."""

from __future__ import annotations

import http.client
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import quote, urlencode, urlsplit

from biot_emulator.errors import EmulatorError
from biot_emulator.wire_json import decode, encode

__all__ = ["CallRefused", "Client", "Reply"]

_SECONDS = 960


class CallRefused(EmulatorError):
    """The platform answered a call with an error where an answer was needed.

    Attributes:
        reply: The answer.
    """

    def __init__(self, call: str, reply: Reply) -> None:
        said = reply.body if isinstance(reply.body, dict) else {}
        # Not the whole body, which may hold a token, or somebody's data.
        reason = " ".join(str(said[name]) for name in ("code", "message") if name in said)
        super().__init__(f"{call} was answered {reply.status_code}{f': {reason}' if reason else ''}")
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Reply:
    """The platform's answer to a call.

    Attributes:
        status_code: The HTTP status.
        body: The body, decoded from JSON where it is JSON; None where there is none.
        headers: By lower-case name.
    """

    status_code: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Client:
    """Calls the platform. Safe for several threads.

    Args:
        url: Where the platform is.
        token: The caller's token; None calls as nobody.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url
        self.token = token

    def log_in(self, username: str, password: str) -> Self:
        """Give a client that calls as a user.

        Raises:
            CallRefused: The platform does not let the user in.
        """
        reply = self.call("POST", "/ums/v2/users/login", json={"username": username, "password": password})
        if not isinstance(reply.body, dict) or "accessJwt" not in reply.body:
            raise CallRefused("The log-in", reply)
        return type(self)(self.url, reply.body["accessJwt"]["token"])

    def search(self, path: str, request: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Give the entries that a search API finds (contract section 5.6).

        Raises:
            CallRefused: It does not search.
        """
        query = f"?{urlencode({'searchRequest': encode(request).decode()}, quote_via=quote)}" if request else ""
        reply = self.call("GET", path + query)
        if not isinstance(reply.body, dict) or "data" not in reply.body:
            raise CallRefused(f"GET {path}", reply)
        return list(reply.body["data"])

    def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        form: Mapping[str, bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Call an API.

        Args:
            method: The HTTP method.
            path: The path, with the query where there is one.
            json: The body, for JSON.
            form: The parts by name, for a multipart form.
            headers: More headers.
        """
        content, content_type = _content(json, form)
        sent = {"accept": "application/json", **({"content-type": content_type} if content_type else {})}
        if self.token:
            sent["authorization"] = f"Bearer {self.token}"
        target = urlsplit(self.url)
        connection = http.client.HTTPConnection(target.hostname or "", target.port or 80, timeout=_SECONDS)
        try:
            connection.request(method, path, content, {**sent, **(headers or {})})
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        return Reply(answer.status, _body(body), {name.lower(): value for name, value in answer.getheaders()})


def _content(json: Any, form: Mapping[str, bytes] | None) -> tuple[bytes | None, str]:
    if form is None:
        return (None, "") if json is None else (encode(json), "application/json")
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\ncontent-disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'.encode() + part
        for name, part in form.items()
    ]
    return b"\r\n".join([*parts, f"--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"


def _body(content: bytes) -> Any:
    if not content:
        return None
    try:
        return decode(content)
    except ValueError:
        return content.decode(errors="replace")
