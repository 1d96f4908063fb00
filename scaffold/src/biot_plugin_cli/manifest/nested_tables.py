"""The problems that every table of settings below `[tool.biot-plugin]` can have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from biot_plugin_cli.manifest.problem import ManifestProblem, table_header

__all__ = ["SettingRule", "find_table_problems"]

SettingRule = tuple[str, Callable[[Any], bool]]
"""What a setting must be, in words, and whether a value is."""

_LONGEST = 512


def find_table_problems(
    value: Any, keys: tuple[str, ...], rules: Mapping[str, SettingRule]
) -> Iterator[ManifestProblem]:
    """Find what is not a table, unknown keys, and invalid values.

    Args:
        value: The table.
        keys: Its path below `tool.biot-plugin`.
        rules: The rule for each key that it may have.
    """
    header = table_header(*keys)
    if not isinstance(value, dict):
        yield ManifestProblem(f"{keys[-1]}-invalid", keys, f"{header} is not a table", "make it a table of settings")
        return
    for key, item in value.items():
        if key not in rules:
            advice = f"remove it, or use one of {', '.join(sorted(rules))}"
            yield ManifestProblem("key-unknown", (*keys, key), f"{header} has the unknown key {key!r}", advice)
        elif not rules[key][1](item):
            message = f"{key!r} of {header} is {_shortened(item)}"
            yield ManifestProblem(f"{key}-invalid", (*keys, key), message, f"make it {rules[key][0]}")


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
