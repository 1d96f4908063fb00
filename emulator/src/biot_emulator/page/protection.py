"""What every response says to the browser: what the page may load, and who may have it within a page of its own."""

from __future__ import annotations

from dataclasses import replace

from biot_emulator.page.links import ROOT
from biot_emulator.page.requests import Request
from biot_emulator.page.responses import Response
from biot_emulator.page.signing_in.same_site import host_name

__all__ = ["protected"]

_HEADERS = (
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    # Not `no-referrer`, with which a browser says nothing of where a form is from.
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)


def protected(response: Response, request: Request) -> Response:
    """Return a response with the headers that protect it."""
    names = {name for name, _ in response.headers}
    stored = () if "cache-control" in names else (("cache-control", "no-store"),)
    policy = ("content-security-policy", _policy(request))
    return replace(response, headers=(*response.headers, *stored, *_HEADERS, policy))


def _policy(request: Request) -> str:
    """Allow the page's own files and nothing else: not all that is at its host, as plugins have addresses there too."""
    own, files = f"http://{request.host}{ROOT}", f"http://{request.host}{ROOT}page/static/"
    if not host_name(request.host):
        own = files = "'none'"
    elif request.host.startswith("["):
        own = files = "'self'"  # a policy cannot name an address of IPv6
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {files}",
            f"style-src {files}",
            f"img-src {files}",
            f"connect-src {own}",
            f"form-action {own}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )
