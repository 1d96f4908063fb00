"""The scheme, host and port of a URL."""

# Without `annotations` of the future, as in `messages`.
from typing import NamedTuple
from urllib.parse import urlsplit


class Origin(NamedTuple):
    """What requests must have in common to share a connection."""

    scheme: str
    host: str
    port: int | None

    @classmethod
    def of(cls, url: str) -> "Origin":
        """Parse the origin of a URL.

        Raises:
            ValueError: The URL is not an http(s) address.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("it is not an http(s) address")
        return cls(parts.scheme, parts.hostname, parts.port)
