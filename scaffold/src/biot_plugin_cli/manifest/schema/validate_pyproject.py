"""The plugin of the program `validate-pyproject`, which finds it by an entry point."""

from __future__ import annotations

from typing import Any

from biot_plugin_cli.manifest.schema.files import load_table_schema

__all__ = ["tool_schema"]


# The program shows the first line to its users.
def tool_schema(_tool: str) -> dict[str, Any]:
    """Return the schema of a plugin of the BioT platform, [tool.$tool]."""
    return load_table_schema()
