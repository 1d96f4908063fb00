"""HTTP requests and responses."""

# Without `annotations` of the future: a NamedTuple compiles those that are texts, in the init of each container.
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

#: The `user-agent` of every request to the platform.
USER_AGENT = "biot-plugin"

#: Bytes that a response may have: more than any API sends, and half of the memory of the smallest function.
MAX_BYTES = 64 * 1024 * 1024


_CHUNK = 64 * 1024


class LocalFileFailed(Exception):
    """A file here could not be read or written while it was sent or received: not the platform's failure.

    Attributes:
        error: The failure.
    """

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


class Source(Protocol):
    """Where the body of a request comes from, piece by piece, and again where it is sent again.

    Attributes:
        size: The number of bytes.
    """

    size: int

    def pieces(self) -> Iterable[bytes | memoryview]:
        """Yield the content from its beginning. Raises LocalFileFailed."""
        ...


class Sink(Protocol):
    """Where the body of a response goes, piece by piece."""

    def begin(self) -> None:
        """Forget what an earlier attempt has written. Raises LocalFileFailed."""
        ...

    def write(self, piece: memoryview) -> None:
        """Append to the content. Raises LocalFileFailed."""
        ...


class Request(NamedTuple):
    """An HTTP request.

    Attributes:
        method: The HTTP method.
        url: The full URL.
        headers: Values by lower-case name.
        content: The body.
        max_bytes: The bytes that the response may have; a larger one is an error.
        source: Where the body comes from, in place of `content`.
        sink: Where the body of a response with status 200 goes, which is empty then.
    """

    method: str
    url: str
    headers: dict[str, str]
    content: bytes = b""
    max_bytes: int = MAX_BYTES
    source: Source | None = None
    sink: Sink | None = None

    @property
    def size(self) -> int:
        """The number of bytes of the body."""
        return len(self.content) if self.source is None else self.source.size

    def pieces(self) -> Iterator[bytes | memoryview]:
        """Yield the body, in pieces that are sent at once."""
        if self.source is not None:
            yield from self.source.pieces()
        for start in range(0, len(self.content), _CHUNK):
            yield self.content[start : start + _CHUNK]

    @property
    def call(self) -> str:
        """Method and path, for error messages; no query, which may hold names or the signature of a URL."""
        return f"{self.method} {urlsplit(self.url).path}"

    @property
    def trace_id(self) -> str | None:
        """The trace id in the `traceparent` header."""
        parts = self.headers.get("traceparent", "").split("-")
        return parts[1] if len(parts) == 4 else None


class Response(NamedTuple):
    """An HTTP response.

    Attributes:
        status: The HTTP status.
        headers: Values by lower-case name.
        content: The body.
    """

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def retry_after(self) -> float:
        """Seconds in the `retry-after` header; 0 where there are none."""
        value = self.headers.get("retry-after", "")
        return float(value) if value.isascii() and value.isdigit() else 0.0
