"""Responds to what is not HTTP as to everything else: with the platform's error body."""

from __future__ import annotations

import os
from http import HTTPStatus

from uvicorn.protocols.http.h11_impl import RequestResponseCycle

from biot_emulator.api.call import Call
from biot_emulator.api.errors import ApiError, BadRequest
from biot_emulator.platform import Platform
from biot_emulator.server.connections import BoundedConnection
from biot_emulator.wire_json import encode

__all__ = ["protocol"]


def protocol(platform: Platform) -> type[BoundedConnection]:
    """Return the server's side of a connection to a platform."""

    class Protocol(BoundedConnection):
        def send_400_response(self, msg: str) -> None:  # noqa: ARG002
            self.refuse(BadRequest("The request is not HTTP: see to its first line, its headers and its length"))

        def refuse(self, error: ApiError) -> None:
            # mypy holds that there is always a cycle
            cycle: RequestResponseCycle | None = self.cycle
            if cycle is None or not cycle.response_started or cycle.response_complete:
                self.transport.write(_refusal(platform, error))
            self.transport.close()

        def shutdown(self) -> None:
            cycle: RequestResponseCycle | None = self.cycle
            if cycle is not None and cycle.more_body:
                self.transport.close()  # half a request: nobody knows when, or whether, the rest would come
            else:
                super().shutdown()

    return Protocol


def _refusal(platform: Platform, error: ApiError) -> bytes:
    response = platform.error(error, Call("", "", trace_id=os.urandom(16).hex()))
    body = encode(response.body)
    status = HTTPStatus(response.status_code)
    headers = {**response.headers, "content-type": "application/json", "content-length": str(len(body))}
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "connection: close", "", ""]).encode() + body
