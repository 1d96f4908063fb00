"""A subscription: what is sent of it, and how it is shown."""

from __future__ import annotations

import pytest

from biot_plugin_cli.subscriptions.hook import Subscription, is_same_url


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("https://x.example.org", "https://x.example.org/"),
        ("https://X.example.org:443/", "https://x.example.org"),
        ("http://localhost:80", "http://LOCALHOST"),
    ],
)
def test_spellings_of_one_url(first: str, second: str) -> None:
    assert is_same_url(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("https://x.example.org/a", "https://x.example.org/a/"),
        ("https://x.example.org/a", "https://x.example.org/A"),
        ("https://x.example.org", "https://x.example.org:8443"),
        ("https://x.example.org", "http://x.example.org"),
        ("https://x.example.org/?a=1", "https://x.example.org/"),
        ("https://x.example.org:notaport", "https://x.example.org"),
        ("https://x.example.org", "https://x.example.org.evil.example"),
    ],
)
def test_urls_that_differ(first: str, second: str) -> None:
    assert not is_same_url(first, second)


@pytest.mark.parametrize(
    ("subscription", "body", "shown"),
    [
        (
            Subscription("PRE_REQUEST", "u", api_id="GET/a/{id}", path_filters=(("id", "7"),), order=5),
            {"type": "PRE_REQUEST", "endpoint": "u", "apiId": "GET/a/{id}", "pathFilters": {"id": "7"}},
            "PRE_REQUEST GET/a/7, order 5",
        ),
        (
            Subscription("ADAPT_ENTITY", "u", entity_type="device"),
            {"type": "ADAPT_ENTITY", "endpoint": "u", "entityName": "device"},
            "ADAPT_ENTITY device",
        ),
        (
            Subscription("NOTIFICATION", "u", entity_type="device", action="_update", template="pump"),
            {"entityTypeName": "device", "actionName": "_update", "endpoint": "u", "templateName": "pump"},
            "NOTIFICATION device _update of template pump",
        ),
    ],
)
def test_what_is_sent_and_shown(subscription: Subscription, body: dict[str, object], shown: str) -> None:
    order = {} if subscription.order is None else {"executionOrder": subscription.order}
    assert subscription.body() == {**body, **order}
    assert subscription.unsubscribing_body() == body
    assert str(subscription) == shown
