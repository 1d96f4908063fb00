"""Direct calls: somebody called the plugin's public address (contract sections 1.3 and 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from biot_plugin.errors import InvalidEvent
from biot_plugin.events.base import Call, Event, Initiator, text
from biot_plugin.wire import strict_json
from biot_plugin.wire.kind import Kind

if TYPE_CHECKING:
    from biot_plugin.wire.envelope import Envelope


class DirectCall(Event):
    """An HTTP call of the plugin's own address.

    Attributes:
        headers: The caller's headers, names in lower case.
        method: The HTTP method.
        path: The path, starting with a slash.
        result: What the handler returned, once it has; the reply is made of it.
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
        self.method = text(http, "method") or "GET"
        self.path = text(self.raw, "rawPath") or text(http, "path") or "/"
        self.initiator = Initiator(
            text(self.claims, "sub") or text(self.claims, "serviceUserId"),
            token_type=text(self.claims, "tokenType"),
            source_ip_address=text(http, "sourceIp"),
        )

    @property
    def query(self) -> dict[str, str]:
        """The query's values by name; of a name that comes several times, the last."""
        from urllib.parse import parse_qsl

        return dict(parse_qsl(text(self.raw, "rawQueryString") or "", keep_blank_values=True))

    @property
    def content(self) -> bytes:
        """The body as bytes, empty where there is none.

        Raises:
            InvalidEvent: The body is damaged.
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
