"""The addresses of plugins on this platform: how they are made, and recognised (contract section 4.1)."""

from __future__ import annotations

import re
import secrets
import string

from biot_emulator.state.public_address import PublicAddress

__all__ = ["ADDRESS_PATH", "PluginAddresses"]

ADDRESS_PATH = "/_functions/"
"""The path below which plugins have their addresses."""

_LETTERS = string.ascii_lowercase + string.digits
_LENGTH = 32
_URL = re.compile(rf"https?://[^/]+{re.escape(ADDRESS_PATH)}([a-z0-9]{{{_LENGTH}}})/?")


class PluginAddresses:
    """Makes and reads the URLs of plugins; the part that differs from plugin to plugin is its address.

    Args:
        public_address: Where the platform is served.
    """

    def __init__(self, public_address: PublicAddress) -> None:
        self._public_address = public_address

    def new_url(self) -> str:
        """Return the URL of a new plugin."""
        return self.url("".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)))

    def url(self, address: str) -> str:
        """Return the URL of an address, where the platform is served now."""
        return f"{self._public_address.url}{ADDRESS_PATH}{address}/"

    def is_here(self, url: str) -> bool:
        """Whether a plugin of this platform has this URL, or once had it."""
        return url.startswith(f"{self._public_address.url}{ADDRESS_PATH}")

    def address(self, url: str) -> str | None:
        """Return the address in a URL; None where it has none."""
        match = _URL.fullmatch(url)
        return match[1] if match else None
