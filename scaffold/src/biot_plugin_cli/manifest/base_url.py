"""The platform's base URL: its form, and the two places it can be set."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from biot_plugin_cli.errors import UsageError

__all__ = ["BASE_URL", "BASE_URL_FORM", "BASE_URL_PATTERN", "BASE_URL_VARIABLE", "is_base_url", "resolve_base_url"]

BASE_URL = "base-url"
BASE_URL_VARIABLE = "BIOT_PLUGIN_BASE_URL"
BASE_URL_FORM = "an https:// URL such as https://api.example.com (http:// only for localhost)"

BASE_URL_PATTERN = r"^(https://[^\x00-\x20/?#@]+|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?)(/[^\x00-\x20?#]*)?$"
"""What a base URL matches as a whole; plain http is accepted for localhost only, as calls carry credentials."""


def is_base_url(value: Any) -> bool:
    """Whether a value is a base URL: one that matches, and has a host and a port that can be."""
    if not isinstance(value, str) or not re.fullmatch(BASE_URL_PATTERN, value):
        return False
    try:
        parts = urlsplit(value)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


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
