"""The files with the schemas: of the table, in the wheel; of a pyproject.toml, in the template of repositories.

After a change of the rules, run `python -m biot_plugin_cli.manifest.schema.files` in a checkout.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from biot_plugin_cli.manifest.schema.documents import file_schema, table_schema

__all__ = ["NAME", "TEMPLATE_FILE", "format_schema", "load_table_schema"]

NAME = "tool-biot-plugin.schema.json"
"""The name of the file in the wheel, beside this module."""

TEMPLATE_FILE = Path("templates/plugin/template/.schemas/pyproject.json")
"""The file that new repositories get, in a checkout."""


def load_table_schema() -> dict[str, Any]:
    """Load the schema of the table from the wheel."""
    document: dict[str, Any] = json.loads(Path(__file__).with_name(NAME).read_text(encoding="utf-8"))
    return document


def format_schema(document: dict[str, Any]) -> str:
    """Format a schema as its file has it."""
    return json.dumps(document, indent=2) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name(NAME).write_text(format_schema(table_schema()), encoding="utf-8")
    TEMPLATE_FILE.parent.mkdir(exist_ok=True)
    TEMPLATE_FILE.write_text(format_schema(file_schema(table_schema())), encoding="utf-8")
