"""What every request to the platform has: the headers of contract section 5.6, and a path that stays where it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote, unquote, urlencode

Value = str | int | float | bool
Query = Mapping[str, Value | Sequence[Value | None] | None]

# The firewall wants these five; Host and Content-Length are added where the request is sent.
_FOR_THE_FIREWALL = {"accept": "application/json", "content-type": "application/json", "user-agent": "biot-plugin"}
# The connection sends these where they are needed. Next to its own, others could make one request pass for two.
_OF_THE_CONNECTION = re.compile(
    "accept-encoding|connection|content-length|expect|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade"
)
_NAME = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_LEFT_AS_THEY_ARE = "/%:@!$&'()*+,;=~"
_UP = re.compile(r"[/\\]\.\.?(?=[/\\;?#]|$)")


def api_headers(
    traceparent: str, headers: Mapping[str, str] | None = None, *, interception: bool = False
) -> dict[str, str]:
    """The headers of a call of the API.

    Args:
        traceparent: The trace that it belongs to.
        headers: More of them, or other values.
        interception: Whether the interceptors run as for any other caller (contract section 2.10).

    Raises:
        ValueError: `headers` have a token, as the calls are the plugin's own, or what only the connection can know, or
            what no header can have.
    """
    given = {name.strip().lower(): value for name, value in (headers or {}).items()}
    if "authorization" in given:
        raise ValueError("the header authorization is the plugin's own token: leave it out")
    for name, value in given.items():
        if _OF_THE_CONNECTION.fullmatch(name):
            raise ValueError(f"the header {name} is the connection's own: leave it out")
        if not _can_be_sent(name, value):
            raise ValueError(f"the header {name!r} cannot be sent: a name is a word, a value one line of Latin-1 text")
    allowed = {"allow-interception": "1"} if interception else {}
    return {**_FOR_THE_FIREWALL, "traceparent": traceparent, **allowed, **given}


def api_path(path: str, query: Query | None = None) -> str:
    """A path below the API root, fit for a request.

    Raises:
        ValueError: It is not such a path: a whole address would take the token elsewhere, and `..` to another API.
        TypeError: The query has what cannot be written in one.
    """
    if not path.startswith("/") or path.startswith("//"):
        raise ValueError(
            f"{path!r} is not a path of the API: write it from the service on, as in /organization/v1/users"
        )
    path, _, text = path.partition("?")
    if _leads_elsewhere(path):
        raise ValueError(f"{path!r} leads elsewhere: an id in it has '.' or '..' as a part of the path, maybe encoded")
    written = {name: _written(name, value) for name, value in (query or {}).items()}
    more = urlencode(written, doseq=True, quote_via=quote)
    queries = "&".join(part for part in (quote(text, safe=_LEFT_AS_THEY_ARE + "?"), more) if part)
    return quote(path, safe=_LEFT_AS_THEY_ARE) + (f"?{queries}" if queries else "")


def _can_be_sent(name: str, value: object) -> bool:
    return bool(_NAME.fullmatch(name)) and isinstance(value, str) and bool(_VALUE.fullmatch(value))


def _leads_elsewhere(path: str) -> bool:
    """Whether somebody on the way could read it as one that leads up: some decode it, or cut parts off at `;`."""
    while (decoded := unquote(path)) != path:
        path = decoded
    return _UP.search(path) is not None


def _written(name: str, value: object) -> list[str]:
    """The texts of a parameter, none where it has no value."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return [text for one in value for text in _written(name, one)]
    if value is None:
        return []
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, str):
        return [value]
    if isinstance(value, (int, float)):
        return [str(value)]
    kind = type(value).__name__
    raise TypeError(f"the query parameter {name} is a {kind}: give a text, a number, a bool, None, or a list of them")
