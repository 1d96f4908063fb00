"""What a server of one's own refuses before the plugin sees it; at a function URL, AWS does."""

from __future__ import annotations

from typing import ClassVar

from biot_plugin.errors import Reject


class PayloadTooLarge(Reject):
    """The body of a request is larger than allowed."""

    def __init__(self, most: int, /) -> None:
        super().__init__(413, "PAYLOAD_TOO_LARGE", f"The body is larger than {most} bytes")


class BodyTooSlow(Reject):
    """The body of a request did not arrive in time."""

    def __init__(self) -> None:
        super().__init__(408, "REQUEST_TIMEOUT", "The body did not arrive in time")


class Overloaded(Reject):
    """As many calls are handled, or wait, as may; this one was not begun, so that it may be sent again."""

    headers: ClassVar[dict[str, str]] = {"retry-after": "1"}

    def __init__(self) -> None:
        super().__init__(503, "SERVICE_UNAVAILABLE", "The plugin handles as many calls as it can")
