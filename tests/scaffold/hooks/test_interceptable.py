"""What the platform itself lets plugins intercept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from biot_plugin_cli.hooks.interceptable import Interceptable


def test_a_platform_may_give_smaller_pages_than_it_is_asked_for() -> None:
    listed = [{"entityTypeName": "x", "servicePrefix": "/x", "apiId": f"GET/x/v1/{number}"} for number in range(120)]

    def get(path: str) -> Mapping[str, Any]:
        start = 50 * int(json.loads(parse_qs(urlsplit(path).query)["searchRequest"][0])["page"])
        return {"data": listed[start : start + 50], "metadata": {"page": {"totalResults": 120}}}

    assert Interceptable.of_platform(get).api_ids == {one["apiId"] for one in listed}
