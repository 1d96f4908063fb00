"""The proxies of whoever calls the platform: as the environment, or the system, has them for every program."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3

from biot_plugin_cli.errors import UsageError

__all__ = ["LOOPBACK", "pool_for"]

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""This machine, which no proxy stands before."""


def pool_for(base_url: str, **settings: Any) -> urllib3.PoolManager:
    """Make the connections to an address: through a proxy, where there is one for it.

    HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY count, in small letters too.

    Args:
        base_url: The address.
        settings: What a `PoolManager` takes.

    Raises:
        UsageError: What names the proxy cannot be used.
    """
    proxy = _proxy_for(base_url)
    if proxy is None:
        return urllib3.PoolManager(**settings)
    try:
        parts = urlsplit(proxy)
        user = unquote(parts.username or ""), unquote(parts.password or "")
        # What names the proxy must not be shown, nor raised in a chain: it may hold a password.
        address = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        headers = urllib3.make_headers(proxy_basic_auth=":".join(user)) if any(user) else None
        return urllib3.ProxyManager(address, proxy_headers=headers, **settings)
    except (ValueError, urllib3.exceptions.HTTPError):
        raise UsageError(
            "The proxy that HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names cannot be used: write http://HOST:PORT"
        ) from None


def _proxy_for(base_url: str) -> str | None:
    parts = urlsplit(base_url)
    if parts.hostname in LOOPBACK or proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"
