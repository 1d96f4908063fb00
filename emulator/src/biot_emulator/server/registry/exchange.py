"""Serves the exchange of temporary credentials for a log-in: requests that AWS's clients send to ECR."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.types import Send

from biot_emulator.api.errors import ApiError
from biot_emulator.registry.exchange import Exchange, ExchangeRefused, SignedRequest
from biot_emulator.server.registry.responses import InThread, Outgoing, send_response
from biot_emulator.server.request_bodies import RequestBody
from biot_emulator.server.request_heads import check_head
from biot_emulator.wire_json import encode

__all__ = ["ExchangeApplication", "is_exchange"]

_HEADER = "x-amz-target"
_CONTENT_TYPE = "application/x-amz-json-1.1"
_MAX_BODY = 64 * 1024


def is_exchange(request: Request) -> bool:
    """Whether a request is one of those that AWS's clients send."""
    return request.method == "POST" and request.scope["path"] == "/" and _HEADER in request.headers


class ExchangeApplication:
    """Responds to requests of AWS's clients.

    Args:
        exchange: The exchange.
        in_thread: Runs in a thread what may wait.
    """

    def __init__(self, exchange: Exchange, in_thread: InThread) -> None:
        self._exchange = exchange
        self._in_thread = in_thread

    async def respond(self, request: Request, body: RequestBody, send: Send) -> None:
        """Respond to a request; its body is read if its credentials are from here."""
        signed = SignedRequest(
            request.method,
            request.scope["path"],
            request.scope["query_string"].decode("latin-1"),
            {name.lower(): value for name, value in request.headers.items()},
        )
        try:
            check_head(request)
            signature, key = self._exchange.admit(signed)
            content = await body.read(_MAX_BODY)
            response = _response(200, self._exchange.respond(signed, content, signature, key))
        except ExchangeRefused as refused:
            response = _response(refused.status_code, {"__type": refused.code, "message": refused.message})
        except ApiError as error:
            response = _response(error.status_code, {"__type": "InvalidRequestException", "message": error.message})
        await send_response(response, request.method, body, send, self._in_thread)


def _response(status_code: int, document: Mapping[str, Any]) -> Outgoing:
    headers = {"content-type": _CONTENT_TYPE, "x-amzn-requestid": str(uuid.uuid4())}
    return Outgoing(status_code, headers, encode(document))
