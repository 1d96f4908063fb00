"""The platform's base URL: its form, and the two places it can be set."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from biot_plugin_cli.errors import UsageError

__all__ = ["BASE_URL", "BASE_URL_FORM", "BASE_URL_VARIABLE", "is_base_url", "resolve_base_url"]

BASE_URL = "base-url"
BASE_URL_VARIABLE = "BIOT_PLUGIN_BASE_URL"
BASE_URL_FORM = "an https:// URL such as https://api.example.com (http:// only for localhost)"

_LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


def is_base_url(value: Any) -> bool:
    """Whether a value is a base URL; plain http is accepted for localhost only, as calls carry credentials."""
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
        is_local, _ = parts.hostname in _LOCAL_HOSTS, parts.port
    except ValueError:
        return False
    schemes = ("https", "http") if is_local else ("https",)
    return bool(parts.hostname) and parts.scheme in schemes and not (parts.query or parts.fragment or parts.username)


def resolve_base_url(overrides: Mapping[str, Any]) -> str | None:
    """Resolve the base URL: the variable `BIOT_PLUGIN_BASE_URL` takes precedence over the manifest.

    Args:
        overrides: A valid table `[tool.biot-plugin.env.NAME]`; empty if no environment is selected.

    Returns:
        The URL without a trailing slash, or None if it is not set.

    Raises:
        UsageError: The variable's value is not a base URL.
    """
    value = os.environ.get(BASE_URL_VARIABLE)
    if value and not is_base_url(value):
        raise UsageError(f"{BASE_URL_VARIABLE} is {value!r}: make it {BASE_URL_FORM}")
    url = value or overrides.get(BASE_URL)
    return None if url is None else str(url).rstrip("/")
