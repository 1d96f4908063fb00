"""Takes secrets out of calls: their headers, their bodies, and whatever is shown of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

from biot_emulator.event_kind import text_value
from biot_emulator.invocations.redaction import Redaction
from biot_emulator.security.known_secrets import KnownSecrets
from biot_emulator.security.secret_values import is_secret_name, secret_fields
from biot_emulator.timelines.recorded_calls import HIDDEN
from biot_emulator.wire_json import decode_every_part, encode

__all__ = ["Masking", "bare_headers", "bare_query", "is_text", "masked_exchange", "readable"]


def readable(content: bytes) -> Any:
    """Return a body as a value, where it is JSON; as a text, where it is one; None for what is neither."""
    return text_value(content.decode()) if is_text(content) else None


def is_text(content: bytes) -> bool:
    """Whether a body is a text, such as JSON."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def bare_query(query: str) -> str:
    """Return a query without the values of parameters that have the name of a secret, and without tokens."""
    pairs = [pair.partition("=") for pair in query.split("&")]
    hide = KnownSecrets(value for name, _, value in pairs if is_secret_name(unquote_plus(name)))
    shown = (
        f"{name}={HIDDEN}" if value and is_secret_name(unquote_plus(name)) else f"{name}{equals}{value}"
        for name, equals, value in pairs
    )
    return str(Redaction()(hide.text("&".join(shown))))


def masked_exchange(request: bytes, response: bytes, names: Iterable[str] = ()) -> tuple[bytes, bytes]:
    """Return both bodies of a call without the secrets that are in either of them; without any, as they came.

    Args:
        request: The body of the request.
        response: The body of the response.
        names: The fields of the request that are secret whatever they look like.
    """
    values = [_every_part(content) for content in (request, response)]
    named = [*_fields(values[0], names), *(field for value in values for field in secret_fields(value))]
    hide = KnownSecrets((value for _, value in named), named=named)
    first, second = (_masked(content, value, hide) for content, value in zip((request, response), values, strict=True))
    return first, second


def bare_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers without those that are secret: their names stay, with what says that something was there."""
    return {name: HIDDEN if is_secret_name(name) or "eyJ" in value else value for name, value in headers.items()}


class Masking:
    """Hides the platform's own secrets too, in what is shown.

    Args:
        secrets: Returns them, and those of plugins.
        named: Returns the secrets that have a name, with it.
    """

    def __init__(
        self, secrets: Callable[[], Iterable[str]], named: Callable[[], Iterable[tuple[str, str]]] = tuple
    ) -> None:
        self._secrets = secrets
        self._named = named

    def __call__(self, value: Any) -> Any:
        """Copy a JSON value without secrets."""
        named = [*secret_fields(value), *self._named()]
        values = (*self._secrets(), *(text for _, text in named))
        return Redaction()(KnownSecrets(values, named=named)(value))


def _every_part(content: bytes) -> Any:
    """Return a body as `readable` does, with what it has behind a name that comes once more, which nobody sees."""
    value = readable(content)
    return decode_every_part(content) if isinstance(value, dict | list) else value


def _fields(document: Any, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    fields = document if isinstance(document, dict) else {}
    return ((name, value) for name in names if isinstance(value := fields.get(name), str))


def _masked(content: bytes, value: Any, hide: KnownSecrets) -> bytes:
    masked = Redaction()(hide(value))
    if masked == value:
        # Not even the order of its fields is changed.
        return content
    return masked.encode() if isinstance(masked, str) else encode(masked)
