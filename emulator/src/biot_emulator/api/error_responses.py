"""The platform's error body, for whatever goes wrong while a call is handled (contract section 8)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TypeVar

from biot_emulator.api.call import Call
from biot_emulator.api.errors import ApiError
from biot_emulator.api.response import ApiResponse
from biot_emulator.behaviour.settings import Refusal
from biot_emulator.security.random_text import looks_random
from biot_emulator.state.unavailable_data import DataUnavailable

__all__ = ["ErrorResponses"]

_log = logging.getLogger("biot_emulator")

_T = TypeVar("_T")


class ErrorResponses:
    """Renders errors as responses.

    Args:
        environment: The platform's name of itself.
        refusals: Status and code of the errors that do not have their own on this platform.
    """

    def __init__(self, environment: str, refusals: Mapping[type[ApiError], Refusal] | None = None) -> None:
        self._environment = environment
        self._refusals = refusals or {}

    def render(self, error: ApiError, call: Call) -> ApiResponse:
        """Render an error as the response to a call."""
        refusal = self._refusals.get(type(error)) or Refusal(error.status_code, error.code)
        body = {
            "code": refusal.code,
            "message": error.message,
            "serviceName": _service_name(call.path),
            "traceId": call.trace_id,
            "environment": self._environment,
            "details": error.details,
        }
        return ApiResponse(refusal.status, body, error.headers)

    def guard(self, call: Call, do: Callable[[], _T]) -> _T | ApiResponse:
        """Return what a function returns, or the error response for whatever it raises instead. Never raises."""
        try:
            return do()
        except ApiError as error:
            return self.render(error, call)
        except DataUnavailable as error:
            _log.error("%s %s failed: %s", call.method, _without_tokens(call.path), error)
            return self.render(ApiError("The platform cannot read or store its state: its log says why"), call)
        except Exception:
            _log.exception("%s %s failed", call.method, _without_tokens(call.path))
            return self.render(ApiError("The platform failed to handle the call"), call)


def _without_tokens(path: str) -> str:
    """Return a path as it may be logged: an API may have a token in it."""
    return "/".join("<hidden>" if looks_random(segment) else segment for segment in path.split("/"))


def _service_name(path: str) -> str:
    service = path.strip("/").partition("/")[0].strip("_")
    return f"{service.replace('-', ' ').title() or 'Platform'} Service"
