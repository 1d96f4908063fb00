"""The URL that the platform is served at."""

from __future__ import annotations

__all__ = ["PublicAddress"]


class PublicAddress:
    """The platform's own URL, which the server sets before the first call and everybody else reads.

    Attributes:
        url: Scheme, host and port, without a slash at the end; empty until the platform is served.
    """

    def __init__(self) -> None:
        self.url = ""
