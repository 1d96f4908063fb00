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


def test_values_in_an_api_id_are_told_from_its_names() -> None:
    users = "organization/v1/users/patients"
    listed = Interceptable.published()
    for api_id, resolved in (
        (f"GET/{users}/self", (f"GET/{users}/self", {})),
        (f"GET/{users}/{{id}}", (f"GET/{users}/{{id}}", {})),
        (f"GET/{users}/7", (f"GET/{users}/{{id}}", {"id": "7"})),
        (
            f"POST/{users}/7/enabled-state/LOCKED",
            (f"POST/{users}/{{id}}/enabled-state/{{state}}", {"id": "7", "state": "LOCKED"}),
        ),
        (
            f"POST/{users}/{{id}}/enabled-state/LOCKED",
            (f"POST/{users}/{{id}}/enabled-state/{{state}}", {"state": "LOCKED"}),
        ),
        (f"GET/{users}/{{wrong}}", (f"GET/{users}/{{wrong}}", {})),
        ("GET/nothing", ("GET/nothing", {})),
    ):
        assert listed.resolve(api_id) == resolved
