"""A response of a registry that was read as a whole, and the error that it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

import urllib3

from biot_plugin_cli.http.json_document import read_json
from biot_plugin_cli.http.limited_connections import TooLarge
from biot_plugin_cli.registry.errors import (
    AnswerLost,
    ImageNotFound,
    LoginRefused,
    RegistryRefused,
    RegistryUnreachable,
    TooManyRequests,
)
from biot_plugin_cli.registry.manifest import MAX_BYTES
from biot_plugin_cli.terminal.plain_text import one_sentence
from biot_plugin_cli.terminal.redaction import redact

__all__ = ["Opened", "Response", "explain"]

_MAX_READ, _MAX_WORDS = 10_000, 300
_BUSY = 429
_PIECE = 64 * 1024


@dataclass(frozen=True)
class Response:
    """A response.

    Attributes:
        status: The HTTP status.
        headers: The headers, whose names are in lower case.
        content: The body.
        url: Where it came from, after redirects.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes
    url: str


class Opened:
    """A response whose body was not read yet.

    Attributes:
        raw: The response of urllib3.
        url: Where it came from, after redirects.
        status: The HTTP status.

    Args:
        method: The method of the request.
        translated: The context in which errors of the connection are translated.
    """

    def __init__(
        self,
        raw: urllib3.BaseHTTPResponse,
        url: str,
        method: str,
        translated: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self.raw = raw
        self.url = url
        self.status = raw.status
        self._has_body = method != "HEAD"
        self._translated = translated
        self._response: Response | None = None

    def read(self) -> Response:
        """Read the body, which must be small.

        Raises:
            DamagedContent: It is too large.
            AnswerLost: It ends too early.
        """
        if self._response is None:
            headers = {name.lower(): value for name, value in self.raw.headers.items()}
            content = self._content() if self._has_body else b""
            self._response = Response(self.status, headers, content, self.url)
            self.raw.release_conn()
        return self._response

    def _content(self) -> bytes:
        content = bytearray()
        try:
            with self._translated():
                while piece := self.raw.read(_PIECE):
                    content += piece
                    if len(content) > MAX_BYTES:
                        raise TooLarge
        except BaseException as error:
            self.raw.close()
            # urllib3 takes chunks of negative lengths for lengths.
            if isinstance(error, ValueError):
                raise AnswerLost("The response of the registry is not valid HTTP: check its address") from error
            raise
        return bytes(content)


def explain(response: Response, host: str, subject: str, hide: Callable[[str], str] = str) -> Exception:
    """Create the error of a response.

    Args:
        response: The response.
        host: The host of the registry.
        subject: What the request was about, as a noun.
        hide: Hides credentials that the registry may repeat.
    """
    code, message = _first_error(response.content, hide)
    reason = ": ".join(filter(None, [code, message])) or "no reason given"
    status = response.status
    if status == _BUSY or code == "TOOMANYREQUESTS":
        return _too_many(response, host)
    if status >= 500:
        failed = RegistryUnreachable(f"{host} failed with {status} at {subject}: try again later")
        failed.retry_after = _retry_after(response)
        return failed
    if status == 404:
        return ImageNotFound(_not_found(host, subject, code), status, code)
    if status in (401, 403):
        return LoginRefused(
            f"The credentials for {host} are not enough for {subject} ({status}, {reason}): renew them, or ask for the "
            "right",
            status,
            code,
        )
    if status in (301, 302, 303, 307, 308):
        return RegistryRefused(f"{host} redirects {subject} elsewhere without end: check the address", status)
    return RegistryRefused(f"{host} refused {subject} ({status}, {reason}): correct it, or ask its owner", status, code)


def _too_many(response: Response, host: str) -> TooManyRequests:
    seconds = _retry_after(response)
    wait = f"wait {seconds:.0f} seconds" if seconds else "wait some minutes"
    error = TooManyRequests(f"{host} limits how often it is asked: {wait}, or log in, then try again", response.status)
    error.retry_after = seconds
    return error


def _not_found(host: str, subject: str, code: str) -> str:
    if code == "NAME_UNKNOWN":
        return f"{host} has no repository for {subject}: check the name, or create the repository"
    return f"{host} does not have {subject}: check name, tag and digest"


def _first_error(content: bytes, hide: Callable[[str], str]) -> tuple[str, str]:
    """Return code and message of an error body, made safe to print."""
    try:
        document = read_json(content[:_MAX_READ])
    except ValueError:
        return "", ""
    errors = document.get("errors") if isinstance(document, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    fields: dict[str, Any] = first if isinstance(first, dict) else {}
    return _words(fields.get("code"), hide), _words(fields.get("message"), hide)


def _words(value: object, hide: Callable[[str], str]) -> str:
    text = one_sentence(redact(hide(value))).rstrip(".") if isinstance(value, str) else ""
    return text if len(text) <= _MAX_WORDS else f"{text[:_MAX_WORDS]}…"


def _retry_after(response: Response) -> float | None:
    """Return the seconds of a Retry-After header, which has them or a date."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        seconds = (parsedate_to_datetime(text) - datetime.now(timezone.utc)).total_seconds()
    except (TypeError, ValueError):
        return None
    return max(0.0, seconds)
