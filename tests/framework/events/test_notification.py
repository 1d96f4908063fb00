from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from biot_plugin import Initiator, Notification, Plugin
from biot_plugin.testing import Client


def test_a_handler_sees_what_happened(plugin: Plugin) -> None:
    seen: list[Any] = []

    @plugin.notification("usage-session", "_update")
    def look(event: Notification) -> None:
        seen.extend((event.entity, event.old_entity, event.entity_type, event.action, event.status))
        seen.extend((event.start_time, event.end_time, event.initiator, event.template))

    entity = {"_state": "DONE", "_template": {"name": "therapy"}}
    reply = Client(plugin).notification("usage-session", "_update", entity=entity, old_entity={"_state": "ACTIVE"})
    assert reply.status_code == 200
    assert reply.body is None
    assert reply.trace_id == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert seen == [
        entity,
        {"_state": "ACTIVE"},
        "usage-session",
        "_update",
        "SUCCESS",
        datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=timezone.utc),
        datetime(2026, 1, 2, 3, 4, 5, 400000, tzinfo=timezone.utc),
        Initiator("3e256d8d-e5e2-42bf-a091-1e6b4afef2fb", source_ip_address="203.0.113.7:5000"),
        "therapy",
    ]


def test_there_is_no_old_entity_but_on_updates(plugin: Plugin) -> None:
    seen: list[Any] = []
    plugin.notification("patient", "_create")(lambda event: seen.append((event.old_entity, event.additional_data)))
    assert Client(plugin).notification("patient", "_create", entity={"_id": "1"}).status_code == 200
    assert seen == [(None, {})]


def test_times_that_are_none_are_none(plugin: Plugin) -> None:
    seen: list[Any] = []
    plugin.notification("patient", "_create")(lambda event: seen.extend((event.start_time, event.end_time)))
    fields = {"metadata": {"startTime": "2026-02-31T00:00:00Z", "endTime": "soon"}}
    assert Client(plugin).notification("patient", "_create", fields=fields).status_code == 200
    assert seen == [None, None]


def test_an_event_without_a_handler_is_named(plugin: Plugin) -> None:
    error = Client(plugin).notification("patient", "_create").error
    assert error is not None
    assert error.message == "The plugin has no handler for NOTIFICATION patient _create"


def test_a_handler_for_a_template_wins_over_one_for_all(plugin: Plugin) -> None:
    called: list[str] = []
    plugin.notification("generic-entity", "_create")(lambda event: called.append("all"))
    plugin.notification("generic-entity", "_create", template="log")(lambda event: called.append("log"))
    client = Client(plugin)
    client.notification("generic-entity", "_create", entity={"_template": {"name": "log"}})
    client.notification("generic-entity", "_create", entity={"_template": {"name": "other"}})
    client.notification("generic-entity", "_create", entity={})
    assert called == ["log", "all", "all"]


def test_a_notification_has_no_result(plugin: Plugin) -> None:
    @plugin.notification("patient", "_create")
    def returns(event: Notification) -> dict[str, Any]:
        return event.entity

    reply = Client(plugin).notification("patient", "_create")
    assert reply.error is not None
    assert "returns returned a dict; it may return None" in reply.error.message


def test_missing_parts_have_the_codes_of_the_contract(plugin: Plugin) -> None:
    plugin.notification("patient", "_create")(lambda event: None)
    client = Client(plugin)
    for fields, code in (
        ({"metadata": None}, "NO_METADATA"),
        ({"data": None}, "NO_DATA"),
        ({"metadata": {"actionName": 1}}, "NO_DATA"),
    ):
        reply = client.notification("patient", "_create", fields=fields)
        assert reply.error is not None
        assert (reply.status_code, reply.error.code) == (400, code)
