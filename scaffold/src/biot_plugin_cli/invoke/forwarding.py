"""Forwards the plugin's calls to a running emulator, with a token that the plugin never sees."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from biot_emulator.client import CallRefused, Client, InvalidAddress, Reply, ReplyTooLarge
from biot_emulator.http.request import Request
from biot_emulator.http.response import Response
from biot_plugin_cli.answers.platform_calls import CallLog, PlatformCall, call_of
from biot_plugin_cli.errors import PlatformRefused, PlatformUnreachable, UsageError
from biot_plugin_cli.http.proxies import LOOPBACK
from biot_plugin_cli.platform.credentials import Credentials, find_credentials
from biot_plugin_cli.plugin.running_emulator import read_running

__all__ = ["Emulator", "connect", "connect_as_administrator"]

_T = TypeVar("_T")

# Only an emulator knows the one, and refuses to say more to strangers, and does not know the other.
_SIGNS = (("/_emulator/operations", 401, "TOKEN_NOT_VALID"), ("/_emulators/operations", 404, "NOT_FOUND"))
_OWN_HEADERS = frozenset({"authorization", "host", "connection", "content-length", "transfer-encoding", "keep-alive"})
_NOT_PASSED_ON = frozenset({"connection", "content-length", "transfer-encoding", "keep-alive", "date", "server"})


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running emulator, logged in to.

    Attributes:
        client: Calls it.
    """

    client: Client

    def for_event(self) -> ForwardedCalls:
        """Return what answers the calls of one event."""
        return ForwardedCalls(self.client)


class ForwardedCalls:
    """Responds to the calls of one invocation with the answers of an emulator, and records them.

    Args:
        client: Calls the emulator.

    Attributes:
        calls: The calls.
        source: What the answers are from, for people.
    """

    def __init__(self, client: Client) -> None:
        self.calls = CallLog()
        self.source = f"the emulator at {client.url}"
        self._client = client

    def __call__(self, request: Request) -> Response | None:
        """Respond to a request; None ends the connection."""
        with self.calls.answering(call_of(request)._replace(answered_by=self._client.url)) as tell:
            reply = self._forward(request)
            response = _response(reply) if reply else None
            tell(response)
        return response

    def advice(self, call: PlatformCall) -> str:  # noqa: ARG002
        """Return nothing: the emulator answers every call."""
        return ""

    def close(self) -> None:
        """Do nothing: the emulator answers every call."""

    def _forward(self, request: Request) -> Reply | None:
        headers = {name: value for name, value in request.headers.items() if name not in _OWN_HEADERS}
        target = f"{request.path}?{request.query}" if request.query else request.path
        try:
            return self._client.call(request.method, target, content=request.body or None, headers=headers)
        except (OSError, http.client.HTTPException, ReplyTooLarge):
            return None


def _response(reply: Reply) -> Response:
    headers = {name: value for name, value in reply.headers.items() if name not in _NOT_PASSED_ON}
    return Response(reply.status_code, headers, reply.content)


def connect(url: str, root: Path) -> Emulator:
    """Log in to a running emulator.

    The credentials are those that `dev` has left for this plugin while it runs, or else those of the other commands.
    They are sent to an emulator on this machine alone.

    Args:
        url: Its address.
        root: The plugin's folder.

    Raises:
        UsageError: The address is not that of an emulator on this machine, or there are no credentials.
        PlatformRefused: It does not accept the credentials.
        PlatformUnreachable: Nothing answers at the address.
    """
    client = _client(url.rstrip("/"))
    running = read_running(root)
    if running and running.url == client.url:
        credentials = Credentials(True, running.service_id, running.secret_key)
    else:
        credentials = find_credentials(client.url)
    return Emulator(_logged_in(client, credentials))


def connect_as_administrator(url: str) -> Client:
    """Log in to a running emulator as its administrator. Raises as `connect` does.

    Args:
        url: Its address.
    """
    client = _client(url.rstrip("/"))
    return _logged_in(client, find_credentials(client.url))


def _logged_in(client: Client, credentials: Credentials) -> Client:
    try:
        token = _reach(client, lambda: _log_in(client, credentials))
    except CallRefused as error:
        raise PlatformRefused(
            f"The emulator at {client.url} does not accept the credentials: set BIOT_PLUGIN_USERNAME and "
            "BIOT_PLUGIN_PASSWORD to those that it printed when it started"
        ) from error
    return Client(client.url, token)


def _client(url: str) -> Client:
    """Return a client of an address, once it is sure that an emulator on this machine is there."""
    wrong = UsageError(
        f"{url or repr(url)} is not the address of an emulator on this machine: pass what dev or serve prints"
    )
    try:
        parts = urlsplit(url)
        is_local = parts.hostname in LOOPBACK and not (parts.path or parts.query or parts.fragment or parts.username)
        _ = parts.port
        client = Client(url)
    except (ValueError, InvalidAddress):
        raise wrong from None
    if not is_local:
        raise wrong
    for path, status_code, code in _SIGNS:
        reply = _reach(client, partial(client.call, "GET", path))
        if reply.status_code != status_code or not isinstance(reply.body, dict) or reply.body.get("code") != code:
            raise wrong
    return client


def _log_in(client: Client, credentials: Credentials) -> str | None:
    if not credentials.is_service:
        return client.log_in(credentials.name, credentials.secret).token
    body: Mapping[str, str] = {"id": credentials.name, "secretKey": credentials.secret}
    reply = client.call("POST", "/ums/v2/services/accessToken", json=body)
    token = reply.body.get("accessToken") if isinstance(reply.body, dict) else None
    if not isinstance(token, str):
        raise CallRefused("The log-in", reply)
    return token


def _reach(client: Client, call: Callable[[], _T]) -> _T:
    try:
        return call()
    except ReplyTooLarge as error:
        raise UsageError(f"{client.url} is not the address of an emulator: its answer is too large") from error
    except (OSError, http.client.HTTPException) as error:
        raise PlatformUnreachable(
            f"Nothing answers at {client.url}: start biot-plugin dev or biot-emulator serve, or pass its address"
        ) from error
