"""Responds to what is not HTTP as to everything else: with the platform's error body."""

from __future__ import annotations

import os

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from biot_emulator.api.call import Call
from biot_emulator.api.errors import BadRequest
from biot_emulator.platform import Platform
from biot_emulator.wire_json import encode

__all__ = ["protocol"]


def protocol(platform: Platform) -> type[H11Protocol]:
    """Return the server's side of a connection to a platform."""

    class Protocol(H11Protocol):
        def send_400_response(self, msg: str) -> None:  # noqa: ARG002
            # mypy holds that there is always a cycle
            cycle: RequestResponseCycle | None = self.cycle
            if cycle is None or not cycle.response_started or cycle.response_complete:
                self.transport.write(_bad_request(platform))
            self.transport.close()

        def shutdown(self) -> None:
            cycle: RequestResponseCycle | None = self.cycle
            if cycle is not None and cycle.more_body:
                self.transport.close()  # half a request: nobody knows when, or whether, the rest would come
            else:
                super().shutdown()

    return Protocol


def _bad_request(platform: Platform) -> bytes:
    refused = BadRequest("The request is not HTTP: see to its first line, its headers and its length")
    body = encode(platform.error(refused, Call("", "", trace_id=os.urandom(16).hex())).body)
    head = f"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return f"{head}connection: close\r\n\r\n".encode() + body
