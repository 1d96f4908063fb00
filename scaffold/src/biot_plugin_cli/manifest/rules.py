"""Validation of `[tool.biot-plugin]` by what its members are declared to be (contract section 6.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from biot_plugin_cli.manifest.members.plugin import ENVIRONMENT_TABLE, PLUGIN_TABLE
from biot_plugin_cli.manifest.problem import ManifestProblem

__all__ = ["find_problems"]


def find_problems(table: Mapping[str, Any], environment: str | None = None) -> Iterator[ManifestProblem]:
    """Find every problem of a table.

    Args:
        table: `[tool.biot-plugin]`, or `[tool.biot-plugin.env.NAME]`.
        environment: The NAME of the latter, which has no required keys and may have a base URL.
    """
    if environment is None:
        return PLUGIN_TABLE.find_problems(table, ())
    return ENVIRONMENT_TABLE.find_problems(table, ("env", environment))
