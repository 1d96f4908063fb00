"""Which environments are production."""

from __future__ import annotations

import pytest

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.manifest.production import is_production, require_no_production


@pytest.mark.parametrize(
    ("name", "table", "expected"),
    [
        ("prod", {}, True),
        ("Production", {}, True),
        ("live-eu", {}, True),
        ("eu_prod_2", {}, True),
        ("test", {}, False),
        ("product", {}, False),
        ("delivery", {}, False),
        ("prod", {"production": False}, False),
        ("eu", {"production": True}, True),
    ],
)
def test_the_table_says_it_or_else_the_name(name: str, table: dict[str, object], expected: bool) -> None:
    assert is_production(name, table) is expected


def test_another_name_for_the_platform_of_production_is_production_too() -> None:
    tables = {"prod": {"base-url": "https://api.example.org/"}, "test": {"base-url": "https://test.example.org"}}
    require_no_production(tables, "test", "https://test.example.org")
    for name, url in (("test", "https://api.example.org"), ("test", "https://API.example.org"), ("prod", "https://x")):
        with pytest.raises(UsageError, match="The environment prod is production"):
            require_no_production(tables, name, url)
