"""A recorded call as a command of curl."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Iterator, Mapping

from biot_emulator.timelines.recorded_calls import HIDDEN, Sent

__all__ = ["curl_command"]

_OWN = frozenset(
    {
        *("host", "content-length", "transfer-encoding", "connection", "expect", "accept-encoding", "user-agent"),
        *("accept", "traceparent", "authorization"),
    }
)
_GLOBS = frozenset("[]{}")


def curl_command(sent: Sent, base_url: str) -> str:
    """Return a command for a shell of POSIX that sends a call; its token comes from the variable `TOKEN`.

    Args:
        sent: What was sent.
        base_url: Where the platform is.
    """
    address = f"{base_url}{sent.address}"
    command = ["curl", "-sS", *_method(sent), *(["--globoff"] if _GLOBS & set(address) else [])]
    parts = [*map(shlex.quote, [*command, address]), *_headers(sent)]
    if not sent.content:
        return " ".join(parts)
    text = _text(sent.content)
    if text is not None:
        return " ".join([*parts, "--data-raw", shlex.quote(text)])
    encoded = base64.b64encode(sent.content).decode()
    return f"echo {encoded} | base64 -d | {' '.join([*parts, '--data-binary', '@-'])}"


def _method(sent: Sent) -> list[str]:
    usual = "POST" if sent.content else "GET"
    if sent.method == "HEAD" and not sent.content:
        return ["--head"]
    return [] if sent.method == usual else ["-X", sent.method]


def _headers(sent: Sent) -> Iterator[str]:
    if "authorization" in sent.headers:
        yield '-H "authorization: Bearer $TOKEN"'
    for name, value in _own_headers(sent.headers).items():
        # An empty value leaves the header out, which takes a semicolon.
        yield f"-H {shlex.quote(f'{name}: {value}' if value else f'{name};')}"
    if sent.content and "content-type" not in sent.headers:
        # It would say that this is a form.
        yield "-H content-type:"


def _own_headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in _OWN and value != HIDDEN}


def _text(content: bytes) -> str | None:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
