"""The API that says that a service is up, which each service has."""

from __future__ import annotations

from biot_emulator.api.call import Call
from biot_emulator.api.response import ApiResponse

__all__ = ["health_check"]

_VERSION = "2.4.2"


def health_check(*collaborators: object) -> ApiResponse:
    """Respond that the service is up, with the version of the platform that it follows.

    Args:
        *collaborators: What the handlers of the service's table take, the call last.
    """
    call = collaborators[-1]
    trace_id = call.trace_id if isinstance(call, Call) else ""
    return ApiResponse(200, {"version": _VERSION, "traceId": trace_id})
