"""The options of `plugin.asgi()`."""

from __future__ import annotations

import math
from typing import NamedTuple

from biot_plugin.asgi.cors import Cors
from biot_plugin.errors import RegistrationError

#: The most bytes of an event or a reply of Lambda.
MAX_BYTES = 6 * 1024 * 1024


class Options(NamedTuple):
    """The limits of the application, and what it answers by itself; `Plugin.asgi` says what they mean."""

    threads: int
    queue: int
    timeout: float
    max_body_bytes: int
    body_timeout: float
    shutdown_timeout: float
    health_path: str | None
    cors: Cors | None

    def check(self) -> None:
        """Refuse options that cannot work.

        Raises:
            RegistrationError: An option has a value that it cannot have; the message says which.
        """
        for name, least in (("threads", 1), ("queue", 0), ("max_body_bytes", 1)):
            _require_whole_number(name, getattr(self, name), least)
        for name in ("timeout", "body_timeout", "shutdown_timeout"):
            _require_seconds(name, getattr(self, name))
        _require_path("health_path", self.health_path)


def _require_whole_number(name: str, value: object, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise RegistrationError(f"plugin.asgi({name}={value!r}): it must be a whole number of at least {least}")


def _require_seconds(name: str, value: object) -> None:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 < value < math.inf:
        raise RegistrationError(f"plugin.asgi({name}={value!r}): it must be a number of seconds greater than 0")


def _require_path(name: str, value: object) -> None:
    if value is not None and not (isinstance(value, str) and value.startswith("/") and "?" not in value):
        raise RegistrationError(f"plugin.asgi({name}={value!r}): it must be a path that starts with a slash, or None")
