"""Takes secrets whose values are known out of what a plugin prints and returns, however it wrote them."""

from __future__ import annotations

import base64
import html
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote, quote_plus

__all__ = ["KnownSecrets"]

#: No request is nested deeper, and a reply could be without end.
_MAX_DEPTH = 100
_MIN_LENGTH = 6
_MIN_DIGITS = 8
_LONGEST_WORD = 9
_MIN_LINE_LENGTH = 12
_WORD = re.compile(rf"[A-Z]?[a-z]{{1,{_LONGEST_WORD}}}|[A-Z]{{1,{_LONGEST_WORD}}}")
_COMMON = frozenset(
    [
        *("administrator", "application", "authorization", "credentials", "development", "environment"),
        *("password1", "password123", "production", "service-user"),
    ]
)
_ASSIGNMENTS = ("=", ":", ": ", " = ", "='", '="', " = '", ' = "', "': '", '": "', '":"', "', '", '\\": \\"', '\\":\\"')
_UTF_8 = ("utf-8", "surrogatepass")

Span = tuple[int, int]


class Form(NamedTuple):
    """A way in which a secret may be written, of which the first characters may be shown."""

    text: str
    shown: int = 0


class KnownSecrets:
    """Hides known values in texts, lines and JSON.

    A value is found as it is, escaped for JSON (once and twice), Python, HTML and addresses, as hexadecimal digits, and
    in Base64 at any offset; and over the ends of lines, where output was cut into them. Values with fewer than six
    characters, numbers with fewer than eight digits, and single words are hidden only behind the name of their variable
    or field: they would take much out of a log that is no secret.

    Args:
        values: The secrets.
        placeholder: What is shown instead.
        named: Secrets with the names of their variables.
    """

    def __init__(
        self, values: Iterable[str], placeholder: str = "<hidden>", named: Iterable[tuple[str, str]] = ()
    ) -> None:
        self._placeholder = placeholder
        distinctive = [value for value in dict.fromkeys(values) if _is_distinctive(value)]
        self._weak = {(name, value) for name, value in named if value and not _is_distinctive(value)}
        whole = (Form(form) for value in distinctive for form in _forms(value))
        self._forms = list(dict.fromkeys((*whole, *(form for pair in self._weak for form in _named_forms(*pair)))))
        self._numbers = frozenset(value for value in distinctive if value.isascii() and value.isdigit())

    def __call__(self, value: Any) -> Any:
        """Hide the secrets in a JSON value, names of fields included; without any, return it as it is.

        Next to a secret, what is nested more than 100 levels deep is hidden as a whole.
        """
        strings = "\0".join(_strings(value, self._numbers))
        forms = [form for form in self._forms if form.text in strings]
        return self._masked(value, forms, 0) if forms or any(weak in strings for _, weak in self._weak) else value

    def text(self, text: str) -> str:
        """Hide the secrets in a text."""
        return self._text(text, self._forms)

    def lines(self, lines: Sequence[str]) -> list[str]:
        """Hide the secrets in lines of output, also those that reach over the end of a line."""
        spans = _spans("".join(lines), self._forms)
        if not spans:
            return list(lines)
        return [self._cut(line, parts) for line, parts in zip(lines, _by_line(lines, spans), strict=True)]

    def _masked(self, value: Any, forms: Sequence[Form], depth: int) -> Any:
        if isinstance(value, str):
            return self._text(value, forms)
        if isinstance(value, list | tuple | dict):
            return self._placeholder if depth > _MAX_DEPTH else self._container(value, forms, depth + 1)
        if type(value) is int and str(value) in self._numbers:
            return self._placeholder
        return value

    def _container(self, value: Any, forms: Sequence[Form], depth: int) -> Any:
        if isinstance(value, dict):
            return self._object(value, forms, depth)
        return [self._masked(item, forms, depth) for item in value]

    def _object(self, value: dict[Any, Any], forms: Sequence[Form], depth: int) -> dict[Any, Any]:
        masked: dict[Any, Any] = {}
        for name, item in value.items():
            shown = self._text(name, forms) if isinstance(name, str) else name
            # Two names may differ by their secrets alone.
            field = shown if shown not in masked else f"{shown} ({len(masked)})"
            is_weak = isinstance(item, str) and (name, item) in self._weak
            masked[field] = self._placeholder if is_weak else self._masked(item, forms, depth)
        return masked

    def _text(self, text: str, forms: Sequence[Form]) -> str:
        present = [form for form in forms if form.text in text]
        return self._cut(text, _spans(text, present)) if present else text

    def _cut(self, text: str, spans: Sequence[Span]) -> str:
        if not spans:
            return text
        starts, ends = [0, *(end for _, end in spans)], [*(start for start, _ in spans), len(text)]
        return self._placeholder.join(text[start:end] for start, end in zip(starts, ends, strict=True))


def _is_distinctive(value: str) -> bool:
    """Whether a value is unlikely to be in a text for another reason than that it is the secret."""
    if len(value) < _MIN_LENGTH or value.lower() in _COMMON or _WORD.fullmatch(value):
        return False
    return len(value) >= _MIN_DIGITS or not value.isdigit()


@lru_cache(maxsize=512)
def _forms(value: str) -> tuple[str, ...]:
    """Return every way in which a value may be written; of a value with several lines, also each line alone."""
    lines = value.splitlines()
    wholes, parts = [value], [line for line in lines if len(line) >= _MIN_LINE_LENGTH]
    if len(lines) > 1:
        wholes.append("".join(lines))
    return tuple(dict.fromkeys([*(form for whole in wholes for form in (*_escaped(whole), *_encoded(whole))), *parts]))


def _named_forms(name: str, value: str) -> Iterator[Form]:
    for assignment in _ASSIGNMENTS:
        yield Form(f"{name}{assignment}{value}", len(name) + len(assignment))


def _escaped(value: str) -> Iterator[str]:
    yield value
    for in_ascii in (True, False):
        once = json.dumps(value, ensure_ascii=in_ascii)[1:-1]
        yield once
        yield json.dumps(once, ensure_ascii=in_ascii)[1:-1]
    yield repr(value)[1:-1]
    yield repr(value.encode(*_UTF_8))[2:-1]
    yield html.escape(value)
    for address in (quote(value, safe="", errors="surrogatepass"), quote_plus(value, errors="surrogatepass")):
        yield address
        yield re.sub("%..", lambda code: code[0].lower(), address)
    yield quote(value, errors="surrogatepass")


def _encoded(value: str) -> Iterator[str]:
    content = value.encode(*_UTF_8)
    yield content.hex()
    yield content.hex().upper()
    for before in range(3):
        # The characters that depend on what stands before and after the value are left out.
        first, last = (0, 2, 3)[before], (None, -3, -2)[(before + len(content)) % 3]
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(b"\0" * before + content)[first:last].decode()


def _strings(value: Any, numbers: frozenset[str]) -> Iterator[str]:
    """Yield every string in a JSON value, and every whole number if there are numbers to be found."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            pending += item.values()
            pending += item.keys()
        elif isinstance(item, list | tuple):
            pending += item
        elif numbers and type(item) is int and -(10**300) < item < 10**300:
            yield str(item)


def _spans(text: str, forms: Iterable[Form]) -> list[Span]:
    """Return where forms are in a text, in order and without overlaps."""
    found: list[Span] = []
    for form in forms:
        start = text.find(form.text)
        while start >= 0:
            end = start + len(form.text)
            found.append((start + form.shown, end))
            start = text.find(form.text, end)
    spans: list[Span] = []
    for start, end in sorted(found):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _by_line(lines: Sequence[str], spans: Sequence[Span]) -> Iterator[list[Span]]:
    """Yield for each line the parts of spans that are in it, relative to its start."""
    remaining = deque(spans)
    end = 0
    for line in lines:
        start, end = end, end + len(line)
        parts = []
        while remaining and remaining[0][0] < end:
            first, last = remaining[0]
            parts.append((max(first, start) - start, min(last, end) - start))
            if last > end:
                break
            remaining.popleft()
        yield parts
