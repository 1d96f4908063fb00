from __future__ import annotations

import jsonschema_rs

from biot_plugin_cli.manifest.schema.documents import file_schema, table_schema
from biot_plugin_cli.manifest.schema.files import TEMPLATE_FILE, format_schema, load_table_schema
from docs_tools.blocks import ROOT

AGAIN = "run python -m biot_plugin_cli.manifest.schema.files"


def test_the_file_in_the_wheel_has_the_rules_of_check() -> None:
    assert load_table_schema() == table_schema(), AGAIN


def test_the_file_in_the_template_has_the_rules_of_check() -> None:
    assert (ROOT / TEMPLATE_FILE).read_text(encoding="utf-8") == format_schema(file_schema(table_schema())), AGAIN


def test_both_are_schemas() -> None:
    jsonschema_rs.meta.validate(load_table_schema())
    jsonschema_rs.meta.validate(file_schema(load_table_schema()))
