"""Which environments are production: by their table, or else by their name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.manifest.base_url import BASE_URL

__all__ = ["PRODUCTION", "is_production", "require_no_production"]

PRODUCTION = "production"
"""The key of an environment's table that says whether it is production."""

_WORDS = frozenset({"prod", "production", "live"})


def is_production(name: str, table: Mapping[str, Any]) -> bool:
    """Whether an environment is production: by `production` in its table, else by a word of its name such as `prod`."""
    is_declared = table.get(PRODUCTION)
    if isinstance(is_declared, bool):
        return is_declared
    return not _WORDS.isdisjoint(re.split(r"[^a-z]+", name.lower()))


def require_no_production(environments: Mapping[str, Mapping[str, Any]], name: str, base_url: str) -> None:
    """Require that neither an environment nor another one at its base URL is production.

    Args:
        environments: The tables of all environments.
        name: The environment's name.
        base_url: The base URL that is really used, which a variable may have set.

    Raises:
        UsageError: It is production.
    """
    for other, table in environments.items():
        is_used = other == name or str(table.get(BASE_URL, "")).rstrip("/").lower() == base_url.lower()
        if is_used and is_production(other, table):
            raise UsageError(
                f"The environment {other} is production, whose calls must not depend on this machine: choose another "
                f"one, or write production = false in [tool.biot-plugin.env.{other}] if it is none"
            )
