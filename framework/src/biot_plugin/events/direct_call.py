"""Direct calls: HTTP requests to the plugin's own URL (contract sections 1.3 and 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from biot_plugin.errors import InvalidEvent
from biot_plugin.events.base import Call, Event
from biot_plugin.events.initiator import Initiator
from biot_plugin.events.json_members import optional_text
from biot_plugin.wire import strict_json
from biot_plugin.wire.kind import Kind

if TYPE_CHECKING:
    from biot_plugin.wire.envelope import Envelope


class DirectCall(Event):
    """An HTTP request to the plugin's own URL.

    Attributes:
        headers: The caller's headers, names in lower case.
        method: The HTTP method.
        path: The path, starting with a slash.
        result: What the handler returned; the reply is built from it.
    """

    __slots__ = ("_envelope", "headers", "method", "path", "result")

    kind: ClassVar[Kind] = Kind.DIRECT
    may_return: ClassVar[str] = (
        "None, a dict or list (JSON), str, bytes, or a dict with statusCode, headers and body (a whole reply)"
    )

    def __init__(self, envelope: Envelope, call: Call) -> None:
        super().__init__(envelope, call)
        self._envelope = envelope
        self.result: object = None
        context = self.raw.get("requestContext")
        http = context.get("http") if isinstance(context, dict) else None
        self.headers = envelope.headers
        self.method = optional_text(http, "method") or "GET"
        self.path = optional_text(self.raw, "rawPath") or optional_text(http, "path") or "/"

    def _find_initiator(self) -> Initiator:
        context = self.raw.get("requestContext")
        return Initiator(
            optional_text(self.claims, "sub") or optional_text(self.claims, "serviceUserId"),
            token_type=optional_text(self.claims, "tokenType"),
            source_ip_address=optional_text(context.get("http") if isinstance(context, dict) else None, "sourceIp"),
        )

    @property
    def query(self) -> dict[str, str]:
        """The query parameters; the last value where a name is repeated."""
        from urllib.parse import parse_qsl

        return dict(parse_qsl(optional_text(self.raw, "rawQueryString") or "", keep_blank_values=True))

    @property
    def content(self) -> bytes:
        """The body as bytes, empty where there is none.

        Raises:
            InvalidEvent: The body is not valid base64.
        """
        return self._envelope.content()

    @property
    def json(self) -> Any:
        """The body as JSON.

        Raises:
            InvalidEvent: The body is not JSON.
        """
        try:
            return strict_json.loads(self.content)
        except ValueError:
            raise InvalidEvent("NO_DATA", "The body is not JSON") from None

    def _subject(self) -> str:
        return f"{self.kind.name} {self.method}"

    def _accept(self, result: object) -> bool:
        self.result = result
        return isinstance(result, (dict, list, str, bytes))
