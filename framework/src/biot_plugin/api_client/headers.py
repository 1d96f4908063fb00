"""The headers of API calls (contract section 5.6), and which headers an author may add."""

from __future__ import annotations

import re
from collections.abc import Mapping

from biot_plugin.http.messages import USER_AGENT

# The platform's firewall requires these; Host and Content-Length are added when the request is sent.
_REQUIRED = {"accept": "application/json", "content-type": "application/json", "user-agent": USER_AGENT}
# The connection sets these itself. Duplicates could make one request pass for two.
_SET_BY_CONNECTION = re.compile(
    "accept-encoding|connection|content-length|expect|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade"
)
_NAME = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


def api_headers(
    traceparent: str, headers: Mapping[str, str] | None = None, *, interception: bool = False
) -> dict[str, str]:
    """Build the headers of an API call.

    Args:
        traceparent: The trace that the call belongs to.
        headers: Further headers, or other values for the usual ones.
        interception: Whether interceptors run as for any other caller (contract section 2.10).

    Raises:
        ValueError: `headers` contain the token or a header that the connection sets, or are not valid headers.
    """
    own = {name.strip().lower(): value for name, value in (headers or {}).items()}
    if "authorization" in own:
        raise ValueError("the header authorization is set by the plugin: leave it out")
    for name, value in own.items():
        if _SET_BY_CONNECTION.fullmatch(name):
            raise ValueError(f"the header {name} is set by the connection: leave it out")
        if not _is_valid(name, value):
            raise ValueError(f"the header {name!r} is not valid: a name is a word, a value one line of Latin-1 text")
    allow_interception = {"allow-interception": "1"} if interception else {}
    return {**_REQUIRED, "traceparent": traceparent, **allow_interception, **own}


def _is_valid(name: str, value: object) -> bool:
    return bool(_NAME.fullmatch(name)) and isinstance(value, str) and bool(_VALUE.fullmatch(value))
