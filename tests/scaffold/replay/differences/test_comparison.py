from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from biot_plugin_cli.replay.differences.comparison import compare
from biot_plugin_cli.replay.differences.observation import Observation

USUAL = Observation(200, {"content-type": "application/json"}, {"a": 1}, None, (), (), {}, 1.0, None, 30, False)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {"duration_ms": 99.0, "memory_mb": 99, "init_ms": 1.0, "has_ended": True}, []),
        ({}, {"status": 403}, ["status:200->403"]),
        ({}, {"headers": {}}, ["header-removed:content-type"]),
        ({}, {"headers": {"content-type": "text/plain"}}, ["header-changed:content-type"]),
        ({"headers": {}}, {}, ["header-added:content-type"]),
        ({}, {"body": {"a": 2}}, ["changed:a"]),
        ({}, {"body": "a"}, ["type::object->text"]),
        ({}, {"body": None, "status": 204}, ["status:200->204", "type::object->null"]),
        ({}, {"error": "Sandbox.Timedout", "status": 502, "body": None}, ["error:none->Sandbox.Timedout"]),
        ({"error": "KeyError", "status": 502}, {}, ["error:KeyError->none"]),
        ({"error": "KeyError"}, {"error": "TypeError"}, ["error:KeyError->TypeError"]),
        ({"error": "KeyError"}, {"error": "KeyError", "body": 7}, []),
        ({}, {"refused": ("example.com:443",)}, ["refused:example.com:443"]),
        ({"refused": ("example.com:443",)}, {"refused": ("example.com:443",)}, ["refused:example.com:443"]),
        ({"refused": ("example.com:443",)}, {}, ["refused-removed:example.com:443"]),
        ({}, {"levels": {"ERROR": 2}}, ["log-added:ERROR"]),
        (
            {"levels": {"ERROR": 2, "WARNING": 1}},
            {"levels": {"ERROR": 1}},
            ["log-removed:ERROR", "log-removed:WARNING"],
        ),
        # Each kind once, whatever there is of it.
        ({"body": [{"a": 1}, {"a": 1}]}, {"body": [{"a": 2}, {"a": 2}]}, ["changed:[].a"]),
    ],
)
def test_says_what_differs(old: dict[str, Any], new: dict[str, Any], expected: list[str]) -> None:
    assert [difference.id for difference in compare(replace(USUAL, **old), replace(USUAL, **new))] == expected
