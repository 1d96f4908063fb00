"""The JSON Schemas, draft-07: of the table `[tool.biot-plugin]`, and of a pyproject.toml that has it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from biot_plugin_cli.manifest.members.extra_rules import EXTRA_RULES
from biot_plugin_cli.manifest.members.plugin import PLUGIN_TABLE

__all__ = ["SCHEMA_ID", "file_schema", "table_schema"]

SCHEMA_ID = "urn:biot-plugin:tool.biot-plugin"
"""Identifies the schema of the table; nothing is to be fetched there."""

_DRAFT = "http://json-schema.org/draft-07/schema#"


def table_schema() -> dict[str, Any]:
    """Return the schema of the table `[tool.biot-plugin]`, made of the rules that `biot-plugin check` has."""
    rules = "; ".join(f"{rule.name} ({rule.meaning})" for rule in EXTRA_RULES.values())
    return {
        "$schema": _DRAFT,
        "$id": SCHEMA_ID,
        "title": "[tool.biot-plugin]",
        "description": "A plugin of the BioT platform: its settings, and what is different in environments.",
        "$comment": f"Generated. What a schema cannot express, and biot-plugin check validates besides: {rules}.",
        **PLUGIN_TABLE.schema(),
    }


def file_schema(table: dict[str, Any], others: Iterable[str] = ()) -> dict[str, Any]:
    """Return the schema of a whole pyproject.toml, in which all other tables are left open.

    Args:
        table: The schema of the table.
        others: The addresses of schemas that must accept the file, too.
    """
    own = {key: value for key, value in table.items() if key not in ("$schema", "$id")}
    tool = {"type": "object", "properties": {"biot-plugin": own}}
    schema = {"type": "object", "properties": {"tool": tool}}
    head = {"$schema": _DRAFT, "title": "pyproject.toml with [tool.biot-plugin]"}
    references = [{"$ref": address} for address in others]
    return {**head, "allOf": [*references, schema]} if references else {**head, **schema}
