"""Configures the platform's official SDKs, which are generated and all have the same structure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit


def configure(sdk: Any, base_url: str, token: Callable[[], str], traceparent: str) -> None:
    """Configure an SDK's `ApiClient`, or its `Configuration`, which cannot hold the trace.

    Raises:
        TypeError: It is neither.
    """
    configuration = getattr(sdk, "configuration", sdk)
    if not hasattr(configuration, "get_host_settings") or not hasattr(configuration, "access_token"):
        raise TypeError(f"configure needs the ApiClient of one of the platform's SDKs, not a {type(sdk).__name__}")
    # Some SDKs have the service in their paths, others in the URL that they were generated with.
    service = urlsplit(configuration.get_host_settings()[0]["url"]).path.rstrip("/")
    configuration.host = base_url + service
    configuration.access_token = token
    if sdk is not configuration:
        sdk.set_default_header("traceparent", traceparent)
