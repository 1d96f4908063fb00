"""A table finds what a look at each API id finds."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings, strategies as st

from biot_plugin import Plugin
from biot_plugin.hooks.api_id import ApiId
from biot_plugin.hooks.api_table import ApiTable
from biot_plugin.testing import Client

methods = st.sampled_from(["GET", "POST"])
segments = st.lists(st.sampled_from(["a", "b", None]), min_size=1, max_size=4).map(tuple)
ids = st.builds(ApiId, methods, segments)


@given(ids=st.lists(ids, max_size=12), method=methods, values=segments)
@settings(deadline=None)
def test_the_most_specific_id_is_found(ids: list[ApiId], method: str, values: tuple[str | None, ...]) -> None:
    table = ApiTable()
    for each in ids:
        handler: Any = each
        table.add(each, handler)
    found: Any = table.find(method, values)
    matching = [each for each in ids if each.matches(method, values)]
    best = max(matching, key=lambda each: each.specificity, default=None)
    assert (found and found.key) == (best and best.key)


def test_a_call_is_not_compared_with_every_handler(plugin: Plugin, monkeypatch: Any) -> None:
    called: list[str] = []
    for number in range(50):
        plugin.pre_request(f"POST/organization/v1/other/{number}")(lambda _event: None)
    plugin.pre_request("GET/organization/v1/users/patients/{id}")(lambda _event: called.append("any"))
    plugin.pre_request("GET/organization/v1/users/patients/{id}", path_variables={"id": "7"})(
        lambda _event: called.append("7")
    )
    monkeypatch.setattr(ApiId, "matches", None)
    client = Client(plugin)
    for id in ("7", "8"):
        client.pre_request("GET/organization/v1/users/patients/{id}", path_variables={"id": id})
    assert called == ["7", "any"]
    assert client.pre_request("GET/organization/v1/elsewhere").status_code == 500
