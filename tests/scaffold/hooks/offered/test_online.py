"""What a platform offers, and how that differs from what is published."""

from __future__ import annotations

from typing import Any

from biot_plugin_cli.hooks.offered.catalogue import Catalogue
from biot_plugin_cli.hooks.offered.online import compare


def catalogue(*interceptions: dict[str, Any], notifications: list[tuple[str, str]]) -> Catalogue:
    return Catalogue.of("a list", False, interceptions, notifications)


def test_each_side_is_named() -> None:
    one = catalogue(
        {"entityTypeName": "patient", "apiId": "GET/a"},
        {"entityTypeName": "patient"},
        notifications=[("patient", "_create"), ("patient", "_update")],
    )
    other = catalogue(
        {"entityTypeName": "patient", "apiId": "GET/b"},
        {"entityTypeName": "device"},
        notifications=[("patient", "_create"), ("device", "_create")],
    )
    assert compare(one, other) == {
        "onlyOnline": ["GET/b", "adapt-entity device", "notification device _create"],
        "onlyPublished": ["GET/a", "adapt-entity patient", "notification patient _update"],
    }
    assert compare(one, one) == {"onlyOnline": [], "onlyPublished": []}
