"""The dispatcher after the changes, whatever happened before or meanwhile."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from biot_emulator.testing import Emulator, running
from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.errors import AnswerLost, Refusal
from biot_plugin_cli.subscriptions.apply import apply_changes
from biot_plugin_cli.subscriptions.changes import SubscriptionChanges, compare
from biot_plugin_cli.subscriptions.desired import desired_subscriptions
from biot_plugin_cli.subscriptions.existing import find_subscriptions
from biot_plugin_cli.subscriptions.hook import Subscription
from tests.scaffold.subscriptions.dispatcher import ADAPT, CREATE, NOTIFY, PRE, URL, client_of, registered, subscribe

OTHER = "https://other.example.org/"
HOOKS = {"interceptions": [{**PRE, "order": 5}, ADAPT], "notifications": [NOTIFY]}


def changes(client: PlatformClient, hooks: dict[str, Any]) -> SubscriptionChanges:
    return compare(desired_subscriptions(hooks, URL), find_subscriptions(client, URL))


def bring_about(client: PlatformClient, hooks: dict[str, Any]) -> None:
    apply_changes(changes(client, hooks), client)
    assert not changes(client, hooks)


def test_a_plugin_is_subscribed_changed_and_unsubscribed(emulator: Emulator, client: PlatformClient) -> None:
    subscribe(emulator, OTHER, **PRE, executionOrder=9)
    subscribe(emulator, OTHER, "notifications", **NOTIFY)
    others = registered(emulator), registered(emulator, "notifications")

    bring_about(client, HOOKS)
    assert len(find_subscriptions(client, URL)) == 3
    bring_about(client, {**HOOKS, "interceptions": [{**PRE, "order": 6}]})
    assert {str(item) for item in find_subscriptions(client, URL)} == {
        f"PRE_REQUEST {CREATE}, order 6",
        "NOTIFICATION patient _create",
    }
    bring_about(client, {})
    assert (registered(emulator), registered(emulator, "notifications")) == others


def test_what_was_done_already_is_no_error(client: PlatformClient) -> None:
    first = changes(client, HOOKS)
    apply_changes(first, client)
    apply_changes(first, client)
    assert not changes(client, HOOKS)
    gone = changes(client, {})
    apply_changes(gone, client)
    apply_changes(gone, client)
    assert find_subscriptions(client, URL) == ()


def test_what_the_platform_refuses_is_an_error(client: PlatformClient) -> None:
    unknown = Subscription("PRE_REQUEST", URL, api_id="GET/nothing")
    for part in ("added", "removed"):
        with pytest.raises(Refusal) as refused:
            apply_changes(SubscriptionChanges(**{part: (unknown,)}), client)
        assert refused.value.code == "INVALID_API_ID"


@pytest.mark.parametrize("is_delivered", [True, False])
def test_a_change_that_is_cut_anywhere_is_continued(
    emulator: Emulator, client: PlatformClient, monkeypatch: pytest.MonkeyPatch, is_delivered: bool
) -> None:
    """The connection is lost at each request of a first change, and of one that adds, moves and removes."""
    send, later = (
        client.send_json,
        {"interceptions": [{**PRE, "order": 2}], "notifications": [{**NOTIFY, "templateName": "x"}]},
    )
    bring_about(client, later)
    undisturbed = states(emulator)
    for before in ({}, HOOKS):
        for number in range(1, 8):
            bring_about(client, {})
            bring_about(client, before)
            left = number

            def cut(*arguments: Any) -> Any:
                nonlocal left
                left -= 1
                if left == 0 and not is_delivered:
                    raise AnswerLost("cut before")
                reply = send(*arguments)
                if left == 0:
                    raise AnswerLost("cut after")
                return reply

            monkeypatch.setattr(client, "send_json", cut)
            with suppress(AnswerLost):
                apply_changes(changes(client, later), client)
            monkeypatch.setattr(client, "send_json", send)
            bring_about(client, later)
            assert states(emulator) == undisturbed


def states(emulator: Emulator) -> list[dict[str, Any]]:
    documents = [*registered(emulator), *registered(emulator, "notifications")]
    varying = ("id", "creationTime", "lastModifiedTime")
    return [{name: value for name, value in item.items() if name not in varying} for item in documents]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_orders_are_as_desired_whoever_had_them(shared: Emulator, data: st.DataObject) -> None:
    """Five scoped interceptions of one API share their orders with those of other plugins."""
    client = client_of(shared)
    orders = st.lists(st.integers(1, 8), unique=True, min_size=1, max_size=5)

    def hooks() -> dict[str, Any]:
        numbers = data.draw(orders)
        path = "POST/organization/v1/users/patients/templates"
        items = [{**PRE, "apiId": f"{path}/t{index}", "order": order} for index, order in enumerate(numbers)]
        return {"interceptions": items}

    for order in data.draw(orders):
        path = "POST/organization/v1/users/patients/templates/{templateName}"
        subscribe(shared, f"{OTHER}{order}", type="PRE_REQUEST", apiId=path, executionOrder=order)
    bring_about(client, hooks())
    bring_about(client, hooks())
    bring_about(client, {})
    client.close()


@pytest.fixture(scope="module")
def shared() -> Any:
    with running() as emulator:
        yield emulator
