"""The address of a registry, and what the platform logs in there with."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field, replace
from urllib.parse import SplitResult, unquote, urlsplit

from biot_emulator.errors import EmulatorError
from biot_emulator.registry.errors import NameInvalid
from biot_emulator.registry.names import check_repository

__all__ = ["RegistryAddress", "RegistryAddressInvalid"]

_DEFAULT_REPOSITORY = "plugins"
_FORM = "https://[USER:PASSWORD@]HOST[:PORT]/REPOSITORY"
_PORTS = {"http": 80, "https": 443}


class RegistryAddressInvalid(EmulatorError):
    """A text is not the address of a registry; the message does not quote it, as a password may be in it."""


@dataclass(frozen=True, slots=True)
class RegistryAddress:
    """A repository in a registry.

    Attributes:
        scheme: `https`, or `http` on this machine.
        host: The host's name or address.
        port: The port.
        repository: The repository.
        user: The user name; empty to log in as nobody.
        password: The password.
    """

    scheme: str
    host: str
    port: int
    repository: str
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, text: str) -> RegistryAddress:
        """Read the address of a registry.

        Raises:
            RegistryAddressInvalid: It is none.
        """
        try:
            parts = urlsplit(text)
            return cls._of(parts, parts.port or _PORTS[parts.scheme])
        except (KeyError, ValueError):
            raise RegistryAddressInvalid(f"The address of the registry is none: write {_FORM}") from None
        except NameInvalid as invalid:
            raise RegistryAddressInvalid(f"The address of the registry is none: {invalid}") from None

    @classmethod
    def _of(cls, parts: SplitResult, port: int) -> RegistryAddress:
        host = parts.hostname or ""
        if not host or parts.query or parts.fragment or not text_is_plain(parts.geturl()):
            raise ValueError
        if parts.scheme == "http" and not is_loopback(host):
            raise RegistryAddressInvalid(
                "Passwords and images are not sent without TLS: write https:// for the registry"
            )
        repository = check_repository(parts.path.strip("/") or _DEFAULT_REPOSITORY)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if bool(user) != bool(password):
            raise ValueError
        return cls(parts.scheme, host, port, repository, user, password)

    def with_login(self, user: str, password: str) -> RegistryAddress:
        """Return it with another user name and password."""
        return replace(self, user=user, password=password)

    @property
    def netloc(self) -> str:
        """Host and port, without the port that goes without saying."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The registry's URL, without user and password."""
        return f"{self.scheme}://{self.netloc}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def text_is_plain(text: str) -> bool:
    """Whether a text has neither spaces nor characters that are not printed."""
    return text.isascii() and text.isprintable() and " " not in text
