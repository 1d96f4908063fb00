"""A plugin's environment variables as a member of the manifest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from biot_plugin_cli.manifest.environment_variables import (
    MAX_OWN_BYTES,
    NAME_PATTERN,
    RESERVED_NAMES,
    RESERVED_PREFIX,
    TEXT_PATTERN,
    find_variable_problems,
    measure_variables,
)
from biot_plugin_cli.manifest.members.values import ExtraRule, Keys
from biot_plugin_cli.manifest.problem import ManifestProblem

__all__ = ["VARIABLES_SIZE", "VariableTable"]

VARIABLES_SIZE = ExtraRule(
    "environment-size",
    f"has at most {MAX_OWN_BYTES} bytes as JSON, together with the variables of `[tool.biot-plugin]`",
    lambda value: measure_variables(value) <= MAX_OWN_BYTES,
)


class VariableTable(NamedTuple):
    """A table of environment variables, none of whose values appears in a message."""

    words: str = "a table of strings"
    extra: ExtraRule | None = VARIABLES_SIZE

    def allows(self, value: Any) -> bool:
        """Whether a value is a table of variables, of whatever size."""
        return isinstance(value, dict) and all(
            _is_free(name) and isinstance(text, str) and re.fullmatch(TEXT_PATTERN, text)
            for name, text in value.items()
        )

    def find_problems(self, value: Any, keys: Keys) -> Iterator[ManifestProblem]:
        """Find every problem of a value."""
        return find_variable_problems(value, keys[:-1])

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        reserved = {"anyOf": [{"pattern": f"^{RESERVED_PREFIX}"}, {"enum": sorted(RESERVED_NAMES)}]}
        return {
            "type": "object",
            "propertyNames": {"pattern": NAME_PATTERN, "not": reserved},
            "additionalProperties": {"type": "string", "pattern": TEXT_PATTERN},
        }


def _is_free(name: str) -> bool:
    return (
        re.fullmatch(NAME_PATTERN, name) is not None
        and not name.startswith(RESERVED_PREFIX)
        and name not in RESERVED_NAMES
    )
