"""What every request to the platform has: the headers of contract section 5.6, and a path that stays where it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

Value = str | int | float | bool
Query = Mapping[str, Value | Sequence[Value]]

# The firewall wants these five; Host and Content-Length are added where the request is sent.
_FOR_THE_FIREWALL = {"accept": "application/json", "content-type": "application/json", "user-agent": "biot-plugin"}
_LEFT_AS_THEY_ARE = "/%:@!$&'()*+,;=~"


def api_headers(
    traceparent: str, headers: Mapping[str, str] | None = None, *, interception: bool = False
) -> dict[str, str]:
    """The headers of a call of the API.

    Args:
        traceparent: The trace that it belongs to.
        headers: More of them, or other values.
        interception: Whether the interceptors run as for any other caller (contract section 2.10).

    Raises:
        ValueError: `headers` have a token: the calls are the plugin's own.
    """
    given = {name.lower(): value for name, value in (headers or {}).items()}
    if "authorization" in given:
        raise ValueError("the header authorization is the plugin's own token: leave it out")
    allowed = {"allow-interception": "1"} if interception else {}
    return {**_FOR_THE_FIREWALL, "traceparent": traceparent, **allowed, **given}


def api_path(path: str, query: Query | None = None) -> str:
    """A path below the API root, fit for a request.

    Raises:
        ValueError: It is not such a path: a whole address would take the token elsewhere, and `..` to another API.
    """
    if not path.startswith("/") or path.startswith("//"):
        raise ValueError(
            f"{path!r} is not a path of the API: write it from the service on, as in /organization/v1/users"
        )
    path, _, text = path.partition("?")
    if any(part in (".", "..") for part in path.split("/")):
        raise ValueError(f"{path!r} leads elsewhere: an id in it has '.' or '..' as a part of the path")
    more = urlencode({name: _written(value) for name, value in (query or {}).items()}, doseq=True, quote_via=quote)
    queries = "&".join(part for part in (quote(text, safe=_LEFT_AS_THEY_ARE + "?"), more) if part)
    return quote(path, safe=_LEFT_AS_THEY_ARE) + (f"?{queries}" if queries else "")


def _written(value: Value | Sequence[Value]) -> str | list[str]:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    return [str(_written(one)) for one in value]
