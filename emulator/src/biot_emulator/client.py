"""An HTTP client of a platform: of the emulated one, and with certificates of a real one."""

from __future__ import annotations

import http.client
import re
import ssl
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import quote, urlencode, urlsplit

from biot_emulator.errors import EmulatorError
from biot_emulator.wire_json import decode, encode

__all__ = ["CallRefused", "Client", "InvalidAddress", "Reply", "ReplyTooLarge"]

_SECONDS = 960
# What a header can have; otherwise the error of the connection would quote it.
_TOKEN = re.compile(r"[\x21-\x7e]+")
_HEADERS = {"accept": "application/json", "user-agent": "biot-emulator"}
_MEGABYTE = 1024 * 1024
_MAX_BYTES = 256 * _MEGABYTE


class InvalidAddress(EmulatorError):
    """The address is not one of an emulator.

    Args:
        url: The address.
    """

    def __init__(self, url: str) -> None:
        super().__init__(f"{url} is not the address of an emulator: make it http://HOST:PORT")


class ReplyTooLarge(EmulatorError):
    """A response is larger than everything that the platform sends.

    Args:
        call: The call.
    """

    def __init__(self, call: str) -> None:
        super().__init__(f"{call} was answered with more than {_MAX_BYTES // _MEGABYTE} MB: check the address")


class CallRefused(EmulatorError):
    """The platform responded to a call with an error.

    Attributes:
        reply: The response.
    """

    def __init__(self, call: str, reply: Reply) -> None:
        body = reply.body if isinstance(reply.body, dict) else {}
        # Not the whole body, which may hold a token, or somebody's data.
        reason = " ".join(str(body[name]) for name in ("code", "message") if name in body)
        super().__init__(f"{call} failed with {reply.status_code}{f': {reason}' if reason else ''}")
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Reply:
    """The platform's response to a call.

    Attributes:
        status_code: The HTTP status.
        body: The body, decoded from JSON where it is JSON; None where there is none.
        headers: By lower-case name.
        content: The body's bytes.
    """

    status_code: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""


class Client:
    """Calls the platform. Safe for several threads.

    Args:
        url: The platform's URL.
        token: The caller's token; None to call without one.
        certificates: Which certificates of an https address are trusted; None to call an emulator.

    Raises:
        InvalidAddress: The URL is not http, or there are certificates for one that is: what is sent would not be
            encrypted as its owner expects.
    """

    def __init__(self, url: str, token: str | None = None, certificates: ssl.SSLContext | None = None) -> None:
        if urlsplit(url).scheme != ("https" if certificates else "http"):
            raise InvalidAddress(url)
        self._certificates = certificates
        self.url = url
        self.token = token

    def log_in(self, username: str, password: str) -> Self:
        """Return a client that calls as a user.

        Raises:
            CallRefused: The log-in failed.
        """
        reply = self.call("POST", "/ums/v2/users/login", json={"username": username, "password": password})
        jwt = reply.body.get("accessJwt") if isinstance(reply.body, dict) else None
        token = jwt.get("token") if isinstance(jwt, dict) else None
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            raise CallRefused("The log-in", reply)
        return type(self)(self.url, token, **({"certificates": self._certificates} if self._certificates else {}))

    def search(self, path: str, request: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return the results of a search API (contract section 5.6).

        Raises:
            CallRefused: The search failed.
        """
        query = f"?{urlencode({'searchRequest': encode(request).decode()}, quote_via=quote)}" if request else ""
        reply = self.call("GET", path + query)
        if not isinstance(reply.body, dict) or not isinstance(reply.body.get("data"), list):
            raise CallRefused(f"GET {path}", reply)
        return list(reply.body["data"])

    def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        form: Mapping[str, bytes] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Call an API.

        Args:
            method: The HTTP method.
            path: The path, with the query where there is one.
            json: The body, for JSON; None for none.
            form: The parts by name, of a multipart form.
            content: The body as bytes of JSON, as which it may also be null.
            headers: More headers.

        Raises:
            ReplyTooLarge: The response is larger than everything that the platform sends.
        """
        content, content_type = (content, "application/json") if content is not None else _content(json, form)
        defaults = {
            "accept": "application/json",
            "user-agent": "biot-emulator",
            **({"content-type": content_type} if content_type else {}),
        }
        if self.token:
            defaults["authorization"] = f"Bearer {self.token}"
        connection = self._connect()
        try:
            connection.request(method, path, content, {**defaults, **(headers or {})})
            response = connection.getresponse()
            body = _read(response, f"{method} {path.partition('?')[0]}")
        finally:
            connection.close()
        headers_received = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, _body(body), headers_received, body)

    def _connect(self) -> http.client.HTTPConnection:
        target = urlsplit(self.url)
        host = target.hostname or ""
        if self._certificates:
            return http.client.HTTPSConnection(host, target.port, timeout=_SECONDS, context=self._certificates)
        return http.client.HTTPConnection(host, target.port or 80, timeout=_SECONDS)


def _read(response: http.client.HTTPResponse, call: str) -> bytes:
    if response.length is not None and response.length <= _MAX_BYTES:
        return response.read()
    body = b"" if response.length else response.read(_MAX_BYTES + 1)
    if response.length or len(body) > _MAX_BYTES:
        response.close()
        raise ReplyTooLarge(call)
    return body


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
