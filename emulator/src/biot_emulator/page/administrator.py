"""The platform's APIs, called as the administrator who has logged in at the page."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from biot_emulator.api.call import Call, FormPart
from biot_emulator.api.response import ApiResponse
from biot_emulator.operator.parameters import is_operators
from biot_emulator.page.errors import Missing, PlatformRefused
from biot_emulator.page.signing_in.sessions import Session, Tokens
from biot_emulator.platform import Platform
from biot_emulator.timelines.recorded_calls import CallKind, Sent
from biot_emulator.wire_json import encode

__all__ = ["Administrator", "log_in"]

_LOGIN = "/ums/v2/users/login"
_REFRESH = "/ums/v2/users/token/refresh"
_OPERATE = "/_emulator/clock"
_JSON = {"content-type": "application/json"}


def log_in(platform: Platform, username: str, password: str) -> Tokens:
    """Log the administrator in.

    Raises:
        PlatformRefused: The platform knows no such administrator, or it is none.
    """
    body = _required(_handled_alone(platform, "POST", _LOGIN, {"username": username, "password": password})).body
    if body.get("mfaRequired"):
        raise PlatformRefused(403, "", "log in as an administrator who needs no code for it")
    tokens = _tokens(body)
    # What the page is for is the administrator's alone.
    _required(_handled_alone(platform, "GET", _OPERATE, token=tokens.access))
    return tokens


@dataclass(frozen=True, slots=True)
class Administrator:
    """Calls the platform for a session.

    Attributes:
        platform: The platform.
        session: Whose tokens are used.
    """

    platform: Platform
    session: Session

    def read(self, path: str, **query: str) -> Any:
        """Return the body of what an API returns for a GET, without any plugin in between.

        Raises:
            Missing: The platform does not have it.
            PlatformRefused: The platform refuses the call.
        """
        return self.response(path, **query).body

    def response(self, path: str, **query: str) -> ApiResponse:
        """Return what an API responds to a GET, without any plugin in between. Raises what `read` raises."""
        values = {name: [value] for name, value in query.items() if value}
        return _required(self._authorized(partial(_handled_alone, self.platform, "GET", path, query=values)))

    def change(self, method: str, path: str, body: Any = None, *, part: str = "", **query: str) -> Any:
        """Call an API as everybody else does, plugins and notifications included, and return the body.

        Args:
            method: The HTTP method.
            path: The path.
            body: The body, as JSON; None for none.
            part: The name of the part of a form that the body is sent as; empty where it is no form.
            **query: Parameters.

        Raises:
            Missing: The platform does not have it.
            PlatformRefused: The platform, or a plugin, refuses the call.
        """
        values = {name: [value] for name, value in query.items()}
        call = partial(_handled, self.platform, method, path, body, part=part, query=values)
        return _required(self._authorized(call)).body

    def renew(self) -> bool:
        """Get new tokens, signed with the key of now; return whether the platform gave any."""
        refresh = {"refreshToken": self.session.tokens.refresh}
        renewed = _handled_alone(self.platform, "POST", _REFRESH, refresh)
        if renewed.status_code < 400:
            self.session.tokens = _tokens(renewed.body)
        return renewed.status_code < 400

    def _authorized(self, send: Callable[..., ApiResponse]) -> ApiResponse:
        """Send a call, once more with a new token where the one so far has expired."""
        response = send(token=self.session.tokens.access)
        if response.status_code != 401:
            return response
        return send(token=self.session.tokens.access) if self.renew() else response


def _handled(
    platform: Platform,
    method: str,
    path: str,
    body: Any = None,
    *,
    token: str,
    part: str = "",
    query: Mapping[str, list[str]] | None = None,
) -> ApiResponse:
    call = _recorded(platform, _call(method, path, body, token, query))
    if part:
        call = call._replace(content=b"", form={part: FormPart(call.content)})
    response = platform.handle(call)
    try:
        if call.id:
            platform.calls.finish(call.id, response.status_code, response.headers, response.bytes)
    finally:
        if response.afterwards:
            response.afterwards()
    return response


def _recorded(platform: Platform, call: Call) -> Call:
    """Record a call as one of those that come over HTTP, but for what is the emulator's own."""
    if is_operators(call.path):
        return call
    sent = Sent(call.method, call.path, "", call.headers, call.content)
    return call._replace(id=platform.calls.begin(CallKind.API, sent, trace_id=call.trace_id, source_ip=call.source_ip))


def _handled_alone(
    platform: Platform,
    method: str,
    path: str,
    body: Any = None,
    *,
    token: str = "",
    query: Mapping[str, list[str]] | None = None,
) -> ApiResponse:
    """Have the API's own function handle a call, without plugins: who looks at something must not set them going."""
    admission = platform.admit(_call(method, path, body, token, query))
    if isinstance(admission, ApiResponse):
        return admission
    return platform.errors.guard(admission.call, partial(admission.route.handler, admission.call))


def _call(method: str, path: str, body: Any, token: str, query: Mapping[str, list[str]] | None = None) -> Call:
    trace_id = os.urandom(16).hex()
    return Call(
        method,
        path,
        query or {},
        {**_JSON, **({"authorization": f"Bearer {token}"} if token else {})},
        b"" if body is None else encode(body),
        trace_id=trace_id,
        traceparent=f"00-{trace_id}-{os.urandom(8).hex()}-00",
    )


def _tokens(body: Mapping[str, Any]) -> Tokens:
    return Tokens(body["accessJwt"]["token"], body["refreshJwt"]["token"])


def _required(response: ApiResponse) -> ApiResponse:
    if response.status_code < 400:
        return response
    body = response.body if isinstance(response.body, Mapping) else {}
    code, message = (str(body.get(name, "")) for name in ("code", "message"))
    if response.status_code == 404:
        raise Missing(message)
    raise PlatformRefused(response.status_code, code, message)
