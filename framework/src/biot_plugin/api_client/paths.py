"""The path and query of API calls: encoded, and never leading to another API."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote, unquote, urlencode

Value = str | int | float | bool
Query = Mapping[str, Value | Sequence[Value | None] | None]

_SAFE_CHARACTERS = "/%:@!$&'()*+,;=~"
#: How often a path may be encoded: each time, what is left may be almost as long.
_MAX_ENCODINGS = 10
_DOT_SEGMENT = re.compile(r"[/\\]\.\.?(?=[/\\;?#]|$)")


def api_path(path: str, query: Query | None = None) -> str:
    """Encode the path and query of an API call.

    Raises:
        ValueError: The path is a URL, which would send the token elsewhere, or has `..`, which leads to another API.
        TypeError: The query has a value of an unsupported type.
    """
    if not path.startswith("/") or path.startswith("//"):
        raise ValueError(f"{path!r} is not a path of the API: start it with the service, as in /organization/v1/users")
    path, _, query_text = path.partition("?")
    if _has_dot_segments(path):
        raise ValueError(f"{path!r} has '.' or '..' as a segment, maybe encoded: check the ids in it")
    parameters = {name: _render(name, value) for name, value in (query or {}).items()}
    encoded = urlencode(parameters, doseq=True, quote_via=quote)
    full_query = "&".join(part for part in (quote(query_text, safe=_SAFE_CHARACTERS + "?"), encoded) if part)
    return quote(path, safe=_SAFE_CHARACTERS) + (f"?{full_query}" if full_query else "")


def _has_dot_segments(path: str) -> bool:
    """Whether a server or proxy could see `.` or `..` in the path: some decode it, or cut segments off at `;`.

    What is encoded so often that nobody means it is taken to have one.
    """
    for _ in range(_MAX_ENCODINGS):
        decoded = unquote(path)
        if decoded == path:
            return _DOT_SEGMENT.search(path) is not None
        path = decoded
    return True


def _render(name: str, value: object) -> list[str]:
    """Render a query parameter as texts; none where it has no value."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return [text for item in value for text in _render(name, item)]
    if value is None:
        return []
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, str):
        return [value]
    if isinstance(value, (int, float)):
        return [str(value)]
    raise TypeError(
        f"the query parameter {name} is a {type(value).__name__}: use text, a number, a bool, None, or a list of them"
    )
