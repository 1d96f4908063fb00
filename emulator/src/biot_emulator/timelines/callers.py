"""Who calls: as far as it is recorded, and as far as a log-in says it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from biot_emulator.api.call import Caller
from biot_emulator.security.well_known_ids import PLATFORM_SERVICE_ID
from biot_emulator.timelines.masking import readable
from biot_emulator.timelines.recorded_calls import RecordedCall

__all__ = ["LOGIN_PATH", "is_login", "logged_in", "slim"]

LOGIN_PATH = "/ums/"
"""The service whose calls have passwords, codes and tokens: they are taken out at once."""

_SERVICE_LOGIN = "POST/ums/v2/services/accessToken"


def logged_in(record: RecordedCall) -> Caller | None:
    """Return the service user that a call has logged in; None for every other call."""
    if record.sent is None or record.api_id != _SERVICE_LOGIN:
        return None
    body = readable(record.sent.content)
    id = body.get("id") if isinstance(body, dict) else None
    return Caller(id, "SERVICE_EXTERNAL", "", frozenset()) if isinstance(id, str) else None


@lru_cache(maxsize=1024)
def _slim_caller(*holder: Any) -> Caller:
    id, kind, organization, role, session = holder
    return Caller(id, kind, organization, frozenset(), role, session_id=session)


def slim(caller: Caller) -> Caller:
    """Return a caller without its permissions, which thousands of calls would hold; the platform has few."""
    if caller.subject_id == PLATFORM_SERVICE_ID:
        return caller
    return _slim_caller(caller.subject_id, caller.token_type, caller.organization_id, caller.role, caller.session_id)


def is_login(record: RecordedCall) -> bool:
    """Whether it is about somebody's log-in: what such a request has may be a code that is sent to a phone."""
    return record.api_id is not None and LOGIN_PATH in record.api_id
