"""The kinds of events, and how they are detected (contract sections 0.3, 1.2 and 4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any


class Kind(Enum):
    """A kind of event. The value is that of the `hooktype` header, where the platform sends one."""

    PRE_REQUEST = "INTERCEPTOR_PRE"
    POST_REQUEST = "INTERCEPTOR_POST"
    ADAPT_ENTITY = "INTERCEPTOR_POST_ENTITY"
    NOTIFICATION = "NOTIFICATION"
    SCHEDULED = "SCHEDULED"
    DIRECT = "NONSPECIFIC"

    #: Enum's own is a function in Python, and each event is looked up several times.
    __hash__ = object.__hash__

    @classmethod
    def of(cls, event: Mapping[str, Any], headers: Mapping[str, str]) -> Kind:
        """Detect the kind of an event from its shape and its lower-cased `headers`.

        A scheduled event is recognised by its top level alone: a caller of the public URL chooses the body and the
        headers, but cannot remove the envelope around them.
        """
        if "requestContext" not in event and "headers" not in event and event.get("source") == "aws.events":
            return cls.SCHEDULED
        return _BY_HOOK_TYPE.get(headers.get("hooktype", ""), cls.DIRECT)


_BY_HOOK_TYPE = {
    kind.value: kind for kind in (Kind.PRE_REQUEST, Kind.POST_REQUEST, Kind.ADAPT_ENTITY, Kind.NOTIFICATION)
}
