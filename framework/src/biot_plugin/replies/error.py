"""The replies to calls that were stopped, with the platform's error body (contract section 8)."""

from __future__ import annotations

from biot_plugin.errors import Reject, error_status
from biot_plugin.replies import details
from biot_plugin.replies.details import Report
from biot_plugin.replies.response import JSON, Reply, build
from biot_plugin.settings import Settings
from biot_plugin.wire import strict_json
from biot_plugin.wire.trace import Trace
from biot_plugin.wire.well_formed import well_formed


def error_reply(reject: Reject, trace: Trace, settings: Settings, report: Report) -> Reply:
    """Build the reply to a rejected call.

    Args:
        reject: The rejection.
        trace: The trace of the call.
        settings: The names of the plugin and its environment.
        report: Called with the path and the type of each detail that JSON cannot express.

    Raises:
        TypeError: A subclass of Reject does not have what Reject has.
        ValueError: The status is not one of an error.
        AttributeError: The subclass did not call `Reject.__init__`.
    """
    status = error_status(reject.status)
    body = {
        "code": well_formed(str(reject.code)),
        "message": well_formed(str(reject.message)),
        "serviceName": settings.app_name,
        "traceId": trace.trace_id,
        "environment": settings.environment,
        "details": details.to_json(reject.details, report),
    }
    reply = build(status, strict_json.dumps(body), trace, JSON)
    reply["headers"].update({well_formed(name): well_formed(value) for name, value in reject.headers.items()})
    return reply


def internal_error_reply(trace: Trace, settings: Settings) -> Reply:
    """Build the reply to a call that failed with an unexpected error, whose text the caller must not see."""
    reject = Reject(500, "INTERNAL_SERVER_ERROR", "The plugin failed to handle the call")
    return error_reply(reject, trace, settings, lambda _path, _type: None)
