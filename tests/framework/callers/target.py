"""A plugin with every hook, and tokens to call it with."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

from biot_plugin import Plugin
from biot_plugin.testing import Context, events
from tests.framework.asgi_caller import Caller, Received, http_scope, parts
from tests.framework.conftest import KeyService

PATIENTS = "POST/organization/v1/users/patients"


JSON = dict[str, Any]


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwt(header: JSON, claims: JSON, sign: Callable[[bytes], bytes]) -> str:
    message = f"{base64url(json.dumps(header).encode())}.{base64url(json.dumps(claims).encode())}"
    return f"{message}.{base64url(sign(message.encode()))}"


def claims(**changes: Any) -> JSON:
    good = {"scopes": ["PLUGIN_INTERCEPTOR", "ACTION_NOTIFICATION"], "exp": time.time() + 600}
    return {name: value for name, value in {**good, **changes}.items() if value is not ...}


class Target:
    """A plugin with every hook, behind real keys, that remembers which handlers were called."""

    def __init__(self, service: KeyService) -> None:
        self.service = service
        self.called: list[str] = []
        self.plugin = plugin = Plugin()
        plugin.pre_request(PATIENTS)(lambda event: self.called.append("pre"))
        plugin.post_request(PATIENTS)(lambda event: self.called.append("post"))
        plugin.adapt_entity("patient")(lambda event: self.called.append("adapt"))
        plugin.notification("patient", "_create")(lambda event: self.called.append("notification"))
        plugin.scheduled("0 0 * * ? *")(lambda event: self.called.append("scheduled"))
        plugin.endpoint()(lambda event: self.called.append("direct"))

    def send(self, event: JSON) -> tuple[int, str | None]:
        reply = self.plugin.handler(event, Context())
        return reply["statusCode"], json.loads(reply["body"])["code"] if reply["statusCode"] >= 400 else None

    def close(self) -> None: ...


class AsgiTarget(Target):
    """The same plugin as an ASGI application."""

    def __init__(self, service: KeyService) -> None:
        super().__init__(service)
        self._caller = Caller(self.plugin.asgi())

    def send(self, event: JSON) -> tuple[int, str | None]:
        if "requestContext" not in event:  # No schedule comes over HTTP.
            return super().send(event)
        received = send_over_http(self._caller, event)
        return received.status, received.code

    def close(self) -> None:
        self._caller.close()


def send_over_http(caller: Caller, event: JSON) -> Received:
    """Send the HTTP request that a function URL made the event of."""
    http = event["requestContext"]["http"]
    scope = http_scope(http["method"], event["rawPath"], event["headers"], event["rawQueryString"])
    return caller.call(scope, parts((event.get("body") or "").encode()))


def pre(token: str | None) -> JSON:
    return events.pre_request(PATIENTS, envelope={"headers": {"authorization": f"Bearer {token}"}})


def post(token: str) -> JSON:
    return events.post_request(PATIENTS, envelope={"headers": {"authorization": f"Bearer {token}"}})


def adapt(token: str) -> JSON:
    return events.adapt_entity("patient", envelope={"headers": {"authorization": f"Bearer {token}"}})


def notification(token: str) -> JSON:
    return events.notification("patient", "_create", fields={"jwt": token})


def direct(token: str) -> JSON:
    return events.direct(token=token)
