"""From the hooks of a plugin's code to the subscriptions of its URL."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from biot_plugin_cli.subscriptions.desired import desired_subscriptions
from biot_plugin_cli.subscriptions.hook import Subscription
from tests.scaffold.subscriptions.dispatcher import ADAPT, CREATE, NOTIFY, PRE, URL

NURSES = "POST/organization/v1/users/caregivers/templates/nurse"
DOCTORS = "POST/organization/v1/users/caregivers/templates/doctor"
TEMPLATES = "POST/organization/v1/users/caregivers/templates/{templateName}"


def test_every_hook_is_subscribed() -> None:
    hooks = {
        "interceptions": [{**PRE, "order": 5}, {**PRE, "type": "POST_REQUEST"}, ADAPT],
        "notifications": [NOTIFY, {**NOTIFY, "templateName": "adult"}],
    }
    assert desired_subscriptions(hooks, URL) == (
        Subscription("PRE_REQUEST", URL, api_id=CREATE, order=5),
        Subscription("POST_REQUEST", URL, api_id=CREATE),
        Subscription("ADAPT_ENTITY", URL, entity_type="patient"),
        Subscription("NOTIFICATION", URL, entity_type="patient", action="_create"),
        Subscription("NOTIFICATION", URL, entity_type="patient", action="_create", template="adult"),
    )


def test_without_hooks_nothing_is_subscribed() -> None:
    assert desired_subscriptions({}, URL) == ()
    assert desired_subscriptions({"interceptions": [], "notifications": []}, URL) == ()


def test_a_value_in_an_api_id_is_a_filter() -> None:
    (subscription,) = desired_subscriptions({"interceptions": [{**PRE, "apiId": NURSES}]}, URL)
    assert (subscription.api_id, subscription.path_filters) == (TEMPLATES, (("templateName", "nurse"),))
    assert subscription.body()["pathFilters"] == {"templateName": "nurse"}
    assert str(subscription) == f"PRE_REQUEST {NURSES}"


@pytest.mark.parametrize("api_id", ["GET/organization/v1/users/patients/self", "GET/nothing/v1/of/the/kind"])
def test_an_api_id_that_is_listed_or_unknown_stays_as_it_is(api_id: str) -> None:
    (subscription,) = desired_subscriptions({"interceptions": [{**PRE, "apiId": api_id}]}, URL)
    assert (subscription.api_id, subscription.path_filters) == (api_id, ())


def test_the_manifests_order_is_that_of_interceptions_without_one() -> None:
    hooks = {"interceptions": [{**PRE, "order": 5}, ADAPT], "notifications": [NOTIFY]}
    assert [subscription.order for subscription in desired_subscriptions(hooks, URL, 3)] == [5, 3, None]


def test_no_two_of_an_api_share_an_order() -> None:
    items = [{**PRE, "apiId": api_id} for api_id in (NURSES, DOCTORS, TEMPLATES)]
    hooks = {"interceptions": [*items, {**PRE, "order": 4}]}
    orders = [subscription.order for subscription in desired_subscriptions(hooks, URL, 4)]
    assert orders == [4, 5, 6, 4]


@given(st.lists(st.sampled_from([1, 2, 3, None]), max_size=6), st.sampled_from([None, 1, 2]))
def test_orders_are_distinct_and_none_is_lower_than_declared(orders: list[int | None], default: int | None) -> None:
    items = [
        {**PRE, "apiId": f"POST/organization/v1/users/caregivers/templates/t{number}", "order": order}
        for number, order in enumerate(orders)
    ]
    subscriptions = desired_subscriptions({"interceptions": items}, URL, default)
    declared = [order or default for order in orders]
    numbers = [subscription.order for subscription in subscriptions if subscription.order is not None]
    assert len(set(numbers)) == len(numbers) == len([order for order in declared if order is not None])
    for subscription, order in zip(subscriptions, declared, strict=True):
        assert (subscription.order is None) == (order is None)
        assert order is None or (subscription.order is not None and subscription.order >= order)
