"""The URL of a plugin that BioT does not run: its form, and whether a plugin answers there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.http.failure_reasons import is_untrusted
from biot_plugin_cli.http.proxies import LOOPBACK, pool_for

__all__ = ["AddressProblem", "find_problem", "require_plugin", "require_url"]

_TIMEOUT = urllib3.Timeout(connect=10, read=30)
_NO_RETRIES = urllib3.Retry(0, redirect=False)
_MAX_BYTES = 64 * 1024
# A whole hook of an API that there is none of, without a token: every plugin that verifies its callers refuses it for
# that, and for nothing else.
_HOOK = {
    "method": "GET",
    "entityName": "biot-plugin",
    "apiId": "GET/biot-plugin/v1/subscribe",
    "request": {"body": None, "path": "/biot-plugin/v1/subscribe", "headers": {}, "pathVariables": []},
}
_HEADERS = {"content-type": "application/json", "hooktype": "INTERCEPTOR_PRE", "user-agent": "biot-plugin"}
_REFUSALS = (400, 401, 403)
# What only a plugin says that has gone on to the event (contract section 2.6), or to its handlers.
_UNVERIFIED = ("NO_EVENT", "NO_DATA", "NO_METADATA", "NO_HANDLER")


@dataclass(frozen=True, slots=True)
class AddressProblem:
    """Why a URL does not answer as a plugin does.

    Attributes:
        message: What is wrong.
        advice: What to do.
        status: The status that it answered with; None for no answer.
        is_certificate: Whether its certificate is not valid.
        is_open: Whether it answers strangers.
    """

    message: str
    advice: str
    status: int | None = None
    is_certificate: bool = False
    is_open: bool = False


def require_url(url: str, base_url: str) -> str:
    """Require a URL that the platform can call.

    Args:
        url: The URL.
        base_url: The platform's base URL: one on this machine also calls plain http on this machine.

    Raises:
        UsageError: It is not such a URL.
    """
    try:
        parts = urlsplit(url)
        is_valid = bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise UsageError(f"{url!r} is no URL: write one such as https://plugin.example.org") from None
    is_local = parts.hostname in LOOPBACK and urlsplit(base_url).hostname in LOOPBACK
    if not is_valid or not url.isascii() or not url.isprintable() or " " in url:
        raise UsageError(f"{url!r} is no URL: write one such as https://plugin.example.org")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_local):
        raise UsageError(f"The platform calls plugins over HTTPS only: make {url} an https:// URL")
    if parts.username is not None or parts.fragment:
        raise UsageError("A plugin's URL has no user name and no fragment, which everybody who may search would see")
    return url


def require_plugin(url: str) -> None:
    """Require that a plugin answers at a URL, over HTTPS with a valid certificate, and refuses whoever has no token.

    Raises:
        OperationFailed: It does not answer so.
    """
    if problem := find_problem(url):
        skip = "" if problem.is_certificate else ", or pass --no-check"
        raise OperationFailed(f"{problem.message}: {problem.advice}{skip}")


def find_problem(url: str) -> AddressProblem | None:
    """Call a URL without a token; None if it refuses that as a plugin does, over HTTPS with a valid certificate."""
    try:
        status, document = _ask(url)
    except HTTPError as error:
        return _unreachable(url, error)
    code = document.get("code") if isinstance(document, dict) else None
    if 200 <= status <= 299 or code in _UNVERIFIED:
        return AddressProblem(
            f"{url} answers a call without a token with {code or status}",
            "have the plugin verify its callers, as the framework does unless BIOT_SHOULD_VALIDATE_JWT is false",
            status,
            is_open=True,
        )
    if status not in _REFUSALS or not isinstance(code, str):
        return AddressProblem(
            f"{url} does not answer as a plugin does, but with {status}",
            "start the plugin there, check the path",
            status,
        )
    return None


def _ask(url: str) -> tuple[int, Any]:
    pool = pool_for(url, timeout=_TIMEOUT, retries=_NO_RETRIES)
    try:
        response = pool.request("POST", url, body=json.dumps(_HOOK), headers=_HEADERS, preload_content=False)
        content = response.read(_MAX_BYTES)
        response.close()
    finally:
        pool.clear()
    try:
        return response.status, json.loads(content)
    except (ValueError, RecursionError):
        return response.status, None


def _unreachable(url: str, error: HTTPError) -> AddressProblem:
    cause = getattr(error, "reason", None) or error
    if is_untrusted(cause):
        return AddressProblem(
            f"The certificate of {url} is not valid",
            "have it issued by an authority that the platform trusts, or set SSL_CERT_FILE to the certificates to "
            "trust",
            is_certificate=True,
        )
    return AddressProblem(f"{url} does not respond ({type(cause).__name__})", "start the plugin there")
