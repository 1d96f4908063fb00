"""Host and port by which a caller has reached the platform: where it reaches the registry too."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from biot_emulator.state.public_address import PublicAddress

__all__ = ["reached_host"]

_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")


def reached_host(header: str, public_address: PublicAddress) -> str:
    """Return host and port.

    Args:
        header: The header `host` of the caller's request, which can be anything.
        public_address: Where the platform is served, for callers that say nothing sensible.
    """
    return header if _HOST.fullmatch(header) else urlsplit(public_address.url).netloc
