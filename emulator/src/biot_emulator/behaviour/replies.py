"""What the reply of a PRE_REQUEST interceptor changes: all of the platform's behaviour that judges a single reply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from biot_emulator.behaviour.constraints import Names

__all__ = ["Replies"]

_HeaderNames = Annotated[tuple[str, ...], Names("[a-z0-9-]+", "a header's name in lower case")]


@dataclass(frozen=True, slots=True)
class Replies:
    """What the reply of a PRE_REQUEST interceptor changes.

    Attributes:
        omitted_headers: What becomes of the headers when the reply leaves them out.
        omitted_query: The same for the query parameters.
        omitted_body: The same for the body.
        fixed_headers: The headers that no reply changes, by name in lower case.
    """

    omitted_headers: Literal["preserved", "removed"] = "preserved"
    omitted_query: Literal["preserved", "removed"] = "preserved"
    omitted_body: Literal["preserved", "removed"] = "preserved"
    fixed_headers: _HeaderNames = ()
