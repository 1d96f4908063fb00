"""Whether a request comes from the page itself: no other page in the same browser may read or drive it.

A name that leads to this machine can be anybody's: a site may let its own name lead here once its page is loaded, and
is the same site as the emulator then ("DNS rebinding"). An IP address cannot: nobody but its owner serves pages at it.
"""

from __future__ import annotations

import re
from ipaddress import ip_address

from biot_emulator.page.errors import Refused
from biot_emulator.page.requests import Request

__all__ = ["check_host", "check_source", "is_foreign_navigation", "is_page_host"]

_HOST = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9](?:[a-z0-9.-]{0,252}))(?::\d{1,5})?")
_LOCALHOST = "localhost"


def host_name(host: str) -> str:
    """Return the name or address in a header `host`, without brackets and port; empty where it is none."""
    match = _HOST.fullmatch(host)
    return match[1].strip("[]") if match else ""


def is_page_host(host: str, own_name: str) -> bool:
    """Return whether the page is shown at a host: at every IP address, and at the name that its owner listens at.

    At `localhost` it is not: whatever plugins show has a place there, at which it cannot read the page.

    Args:
        host: The header `host`.
        own_name: The name or address that the emulator listens at.
    """
    name = host_name(host)
    return _is_address(name) or (bool(name) and name == own_name.lower() != _LOCALHOST)


def check_host(request: Request, own_name: str) -> None:
    """Check by which name the browser has reached the emulator.

    Args:
        request: The request.
        own_name: The name or address that the emulator listens at, as its owner wrote it.

    Raises:
        Refused: It is a name that could be another site's.
    """
    if not is_page_host(request.host, own_name) and host_name(request.host) != _LOCALHOST:
        raise Refused("This name could be another site's: open the page by its IP address, as the emulator printed it")


def check_source(request: Request) -> None:
    """Check that no other site has sent a request.

    Raises:
        Refused: Another site has, or it may have.
    """
    site = request.headers.get("sec-fetch-site", "")
    if request.changes:
        origin = request.headers.get("origin")
        if origin != f"http://{request.host}" and not (origin is None and site == "same-origin"):
            raise Refused("Another page has sent this: nothing was changed")
    elif site in ("cross-site", "same-site") and not _is_navigation(request):
        raise Refused("Another page has asked for this: it is shown to nobody but the page itself")


def is_foreign_navigation(request: Request) -> bool:
    """Whether somebody follows a link from elsewhere, with which the browser does not send the log-in."""
    return request.headers.get("sec-fetch-site") in ("cross-site", "same-site") and _is_navigation(request)


def _is_navigation(request: Request) -> bool:
    """Whether a browser shows the response as a page of its own, at which the sender cannot look."""
    mode, target = (request.headers.get(f"sec-fetch-{name}") for name in ("mode", "dest"))
    return mode == "navigate" and target == "document"


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
