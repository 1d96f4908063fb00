"""What the dispatcher has for a URL."""

from __future__ import annotations

from biot_emulator.testing import Emulator
from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.subscriptions.existing import find_subscriptions
from biot_plugin_cli.subscriptions.hook import Subscription
from tests.scaffold.subscriptions.dispatcher import CREATE, NOTIFY, PRE, URL, subscribe

TEMPLATES = "POST/organization/v1/users/patients/templates/{templateName}"


def test_those_of_the_url_are_found(emulator: Emulator, client: PlatformClient) -> None:
    filters = {"templateName": "adult"}
    subscribe(emulator, URL, **PRE, executionOrder=4)
    subscribe(emulator, URL, type="POST_REQUEST", apiId=TEMPLATES, pathFilters=filters, executionOrder=2)
    subscribe(emulator, URL, type="ADAPT_ENTITY", entityName="patient")
    subscribe(emulator, URL, "notifications", **NOTIFY, templateName="adult")
    for other in ("https://other.example.org/", f"{URL}x"):
        subscribe(emulator, other, **PRE)
        subscribe(emulator, other, "notifications", **NOTIFY)

    assert set(find_subscriptions(client, URL)) == {
        Subscription("PRE_REQUEST", URL, api_id=CREATE, order=4),
        Subscription("POST_REQUEST", URL, api_id=TEMPLATES, path_filters=(("templateName", "adult"),), order=2),
        Subscription("ADAPT_ENTITY", URL, entity_type="patient", order=1),
        Subscription("NOTIFICATION", URL, entity_type="patient", action="_create", template="adult"),
    }


def test_so_are_those_of_another_spelling_and_of_later_pages(emulator: Emulator, client: PlatformClient) -> None:
    for number in range(120):
        subscribe(emulator, f"https://other.example.org/{number}", "notifications", **NOTIFY)
        if number in (0, 119):
            subscribe(emulator, URL.rstrip("/") if number else URL, "notifications", **NOTIFY)
    assert [subscription.endpoint for subscription in find_subscriptions(client, URL)] == [URL.rstrip("/"), URL]


def test_there_may_be_none(client: PlatformClient) -> None:
    assert find_subscriptions(client, URL) == ()
