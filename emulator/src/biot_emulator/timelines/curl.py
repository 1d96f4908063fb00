"""A recorded call as a command of curl."""

from __future__ import annotations

import base64
import re
import shlex
import string
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from biot_emulator.timelines.recorded_calls import HIDDEN, Sent

__all__ = ["curl_command"]

_OWN = frozenset(
    {
        *("host", "content-length", "transfer-encoding", "connection", "expect", "accept-encoding", "user-agent"),
        *("accept", "traceparent", "authorization"),
    }
)
_GLOBS = frozenset("[]{}")
#: Linux passes no longer argument to a program; `echo` is none, but the shell's own.
_LONGEST_WORD = 100_000
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
#: What no shell takes for anything else between quotes.
_PLAIN = f"{string.ascii_letters}{string.digits} -_.,:;/="
#: What a terminal takes for a key, such as Ctrl-C, where somebody pastes the command; and what has it read in another
#: order than it runs.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def curl_command(sent: Sent, base_url: str) -> str:
    """Return a command for a shell of POSIX that sends a call; its token comes from the variable `TOKEN`.

    Args:
        sent: What was sent.
        base_url: Where the platform is.
    """
    address = quote(f"{base_url}{sent.address}", safe=_PRINTABLE)
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
        yield f"-H {_word(f'{name}: {value}' if value else f'{name};')}"
    if sent.content and "content-type" not in sent.headers:
        # It would say that this is a form.
        yield "-H content-type:"


def _own_headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in _OWN and value != HIDDEN}


def _text(content: bytes) -> str | None:
    if len(content) > _LONGEST_WORD:
        return None
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return None if _UNSAFE.search(text) else text


def _word(text: str) -> str:
    """Return a word for the shell, which has bytes that are no ASCII, or would press keys, as numbers."""
    if text.isascii() and text.isprintable():
        return shlex.quote(text)
    content = text.encode("latin-1") if all(ord(character) < 256 for character in text) else text.encode()
    return f'"$(printf {shlex.quote("".join(map(_printf, content)))})"'


def _printf(byte: int) -> str:
    return chr(byte) if chr(byte) in _PLAIN else f"\\{byte:03o}"
