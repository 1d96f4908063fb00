"""The head of a request: how long its target and its headers may be."""

from __future__ import annotations

from starlette.requests import Request

from biot_emulator.api.errors import HeadersTooLarge, TargetTooLong

__all__ = ["check_head"]

_MAX_TARGET_BYTES = 32 * 1024
_MAX_HEADER_BYTES = 64 * 1024
_MAX_HEADERS = 200


def check_head(request: Request) -> None:
    """Check the size of a request's head.

    Raises:
        TargetTooLong: Path and query are too long.
        HeadersTooLarge: The headers are too many, or too long.
    """
    if len(request.scope["raw_path"]) + len(request.scope["query_string"]) > _MAX_TARGET_BYTES:
        raise TargetTooLong(f"Path and query are too long: at most {_MAX_TARGET_BYTES} bytes are accepted")
    headers = request.scope["headers"]
    if len(headers) > _MAX_HEADERS:
        raise HeadersTooLarge(f"The request has too many headers: at most {_MAX_HEADERS} are accepted")
    if sum(len(name) + len(value) for name, value in headers) > _MAX_HEADER_BYTES:
        raise HeadersTooLarge(f"The headers are too long: at most {_MAX_HEADER_BYTES} bytes are accepted")
