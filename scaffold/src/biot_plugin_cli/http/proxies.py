"""Proxies for requests to the platform, from the environment variables or the system's settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.http.limited_connections import POOLS, Limits, limited_pools

__all__ = ["LOOPBACK", "pool_for"]

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""The names of this machine, which is never reached through a proxy."""


def pool_for(base_url: str, *, limits: Limits | None = None, **settings: Any) -> urllib3.PoolManager:
    """Create the connection pool for a URL, with the proxy that applies to it, and with limits of time and size.

    HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY are read, in lower case too.

    Args:
        base_url: The URL.
        limits: The limits of its connections; those of the platform if there are none.
        settings: Arguments of `urllib3.PoolManager`.

    Raises:
        UsageError: The proxy setting is invalid.
    """
    proxy = _proxy_for(base_url)
    pool = urllib3.PoolManager(**settings) if proxy is None else _proxy_pool(proxy, settings)
    pool.pool_classes_by_scheme = POOLS if limits is None else limited_pools(limits)
    return pool


def _proxy_pool(proxy: str, settings: Mapping[str, Any]) -> urllib3.PoolManager:
    try:
        parts = urlsplit(proxy)
        user = unquote(parts.username or ""), unquote(parts.password or "")
        # The setting may contain a password: it must appear neither in a message nor in a chained exception.
        address = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        headers = urllib3.make_headers(proxy_basic_auth=":".join(user)) if any(user) else None
        return urllib3.ProxyManager(address, proxy_headers=headers, **settings)
    except (ValueError, urllib3.exceptions.HTTPError):
        raise UsageError(
            "Invalid proxy in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY: use the form http://HOST:PORT"
        ) from None


def _proxy_for(base_url: str) -> str | None:
    url = urlsplit(base_url)
    if url.hostname in LOOPBACK or proxy_bypass(url.netloc.rpartition("@")[2]):
        return None
    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"
