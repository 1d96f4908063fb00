from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from biot_plugin import (
    AdaptEntity,
    DirectCall,
    Event,
    Next,
    Notification,
    Plugin,
    PostRequest,
    PreRequest,
    RegistrationError,
    Scheduled,
)
from biot_plugin.testing import Client

PATIENTS = "POST/organization/v1/users/patients"


def test_subscriptions_are_what_the_decorators_imply(plugin: Plugin) -> None:
    @plugin.pre_request(PATIENTS, order=5)
    @plugin.pre_request("POST/organization/v1/users/caregivers/templates/nurse")
    def before(event: PreRequest) -> None: ...

    @plugin.post_request(PATIENTS)
    def after(event: PostRequest) -> None: ...

    @plugin.adapt_entity("patient", order=2)
    def adapt(event: AdaptEntity) -> None: ...

    @plugin.notification("usage-session", "_update")
    def all_templates(event: Notification) -> None: ...

    @plugin.notification("generic-entity", "_create", template="log")
    def one_template(event: Notification) -> None: ...

    @plugin.scheduled("45 1/12 1-5 JAN,OCT ? *")
    def nightly(event: Scheduled) -> None: ...

    @plugin.endpoint()
    def report(event: DirectCall) -> None: ...

    assert plugin.subscriptions() == {
        "interceptions": [
            {"type": "PRE_REQUEST", "apiId": "POST/organization/v1/users/caregivers/templates/nurse"},
            {"type": "PRE_REQUEST", "apiId": PATIENTS, "order": 5},
            {"type": "POST_REQUEST", "apiId": PATIENTS},
            {"type": "ADAPT_ENTITY", "entityTypeName": "patient", "order": 2},
        ],
        "notifications": [
            {"entityTypeName": "usage-session", "actionName": "_update"},
            {"entityTypeName": "generic-entity", "actionName": "_create", "templateName": "log"},
        ],
    }
    assert plugin.cron_schedule == "45 1/12 1-5 JAN,OCT ? *"
    json.dumps(plugin.subscriptions())


def test_a_plugin_without_hooks_implies_nothing(plugin: Plugin) -> None:
    assert plugin.subscriptions() == {"interceptions": [], "notifications": []}
    assert plugin.cron_schedule is None


def test_two_handlers_for_one_hook_are_refused_with_both_places(plugin: Plugin) -> None:
    def first(event: PreRequest) -> None: ...

    def second(event: PreRequest) -> None: ...

    plugin.pre_request("GET/organization/v1/users/patients/{id}")(first)
    with pytest.raises(RegistrationError) as error:
        plugin.pre_request("GET/organization/v1/users/patients/{patientId}")(second)
    for function in (first, second):
        assert f"{function.__qualname__} ({__file__}:{function.__code__.co_firstlineno})" in str(error.value)


@pytest.mark.parametrize(
    "register",
    [
        lambda plugin: plugin.post_request(PATIENTS),
        lambda plugin: plugin.adapt_entity("patient"),
        lambda plugin: plugin.notification("patient", "_create"),
        lambda plugin: plugin.scheduled("0 6 * * ? *"),
        lambda plugin: plugin.endpoint(),
    ],
)
def test_every_kind_of_hook_has_one_handler(plugin: Plugin, register: Callable[[Plugin], Any]) -> None:
    register(plugin)(lambda event: None)
    with pytest.raises(RegistrationError, match="has two handlers"):
        register(plugin)(lambda event: None)


def test_an_endpoint_and_a_mounted_resolver_exclude_each_other(plugin: Plugin) -> None:
    plugin.mount(lambda event, context: {"statusCode": 200})
    with pytest.raises(RegistrationError, match="has two handlers"):
        plugin.endpoint()(lambda event: None)


@pytest.mark.parametrize(
    ("api_id", "reason"),
    [
        ("POST /organization/v1/users/patients", "without a space"),
        ("POST/organization/v1/users/ patients", "without a space"),
        ("/organization/v1/users/patients", "must start with one of GET"),
        ("FETCH/organization/v1/users/patients", "must start with one of GET"),
        ("post/organization/v1/users/patients", "must start with one of GET"),
        ("POST", "path is missing"),
        ("POST/", "path is missing"),
        ("POST//organization", "empty segment"),
        ("POST/organization/", "empty segment"),
        ("GET/organization/v1/users/patients?limit=1", "a query is no part"),
        ("GET/organization/{id", "neither a value nor a variable"),
        ("", "must start with one of GET"),
    ],
)
def test_an_impossible_api_id_is_refused(plugin: Plugin, api_id: str, reason: str) -> None:
    with pytest.raises(RegistrationError, match=reason) as error:
        plugin.pre_request(api_id)(lambda event: None)
    assert __file__ in str(error.value)


GOOD_SCHEDULES = [
    "45 1/12 1-5 JAN,OCT ? *",
    "0 6 15 1 ? 2024",
    "*/5 * * * ? *",
    "0 18 ? * MON-FRI *",
    "0/5 8-17 ? * MON-FRI *",
    "0 0 L * ? *",
    "0 0 LW * ? *",
    "0 0 15W * ? *",
    "0 0 ? * 6L *",
    "0 0 ? * 6#3 *",
    "0 0 ? JAN-MAR/2 MON *",
    "0 0 * * ? 2024,2025",
    "0  0 * *  ? *",
]
BAD_SCHEDULES = {
    "0 10 * * * *": "exactly one of",
    "0 10 ? * ? *": "exactly one of",
    "0 0 ? * 0 2024": "'0' is no day of week",
    "0 0 * Jan ? *": "'Jan' is no month",
    "60 0 * * ? *": "'60' is no minute",
    "0 0 * * ?": "6 fields",
    "1-30/5 0 * * ? *": "is no minute",
    "0 0 * * ? 2024-2026/2": "is no year",
    "0\t0 * * ? *": "6 fields",
    " 0 0 * * ? *": "6 fields",
    "0 0 * * ? *" + " " * 250: "longer than 250",
    "": "6 fields",
}


@pytest.mark.parametrize("cron", GOOD_SCHEDULES)
def test_a_schedule_that_the_platform_accepts_is_accepted(plugin: Plugin, cron: str) -> None:
    plugin.scheduled(cron)(lambda event: None)
    assert plugin.cron_schedule == cron


@pytest.mark.parametrize(("cron", "reason"), BAD_SCHEDULES.items())
def test_a_schedule_that_the_platform_refuses_is_refused(plugin: Plugin, cron: str, reason: str) -> None:
    with pytest.raises(RegistrationError, match=reason):
        plugin.scheduled(cron)(lambda event: None)


def test_entity_types_actions_and_orders_are_checked(plugin: Plugin) -> None:
    with pytest.raises(RegistrationError, match="start with an underscore"):
        plugin.notification("patient", "create")(lambda event: None)
    with pytest.raises(RegistrationError, match="is not an entity type"):
        plugin.adapt_entity("Patient")(lambda event: None)
    with pytest.raises(RegistrationError, match="positive number"):
        plugin.adapt_entity("patient", order=0)(lambda event: None)
    with pytest.raises(RegistrationError, match="positive number"):
        plugin.pre_request(PATIENTS, order=-1)(lambda event: None)


def test_a_handler_must_take_the_event(plugin: Plugin) -> None:
    def takes_two(event: PreRequest, more: int) -> None: ...

    with pytest.raises(RegistrationError, match=r"takes_two.* must take the event and nothing else"):
        plugin.pre_request(PATIENTS)(takes_two)  # type: ignore[type-var]

    def may_take_two(event: PreRequest, more: int = 1) -> None: ...

    plugin.pre_request(PATIENTS)(may_take_two)


def test_a_handler_for_another_kind_of_event_is_refused(plugin: Plugin) -> None:
    def wrong(event: PostRequest) -> None: ...

    with pytest.raises(RegistrationError, match=r"wrong.* takes PostRequest, but is registered for PreRequest"):
        plugin.pre_request(PATIENTS)(wrong)  # type: ignore[type-var]

    def general(event: Event) -> None: ...

    plugin.pre_request(PATIENTS)(general)


def test_middleware_takes_the_event_and_what_is_inside(plugin: Plugin) -> None:
    def too_small(event: Event) -> None: ...

    async def asynchronous(event: Event, call_next: Next) -> None: ...

    with pytest.raises(RegistrationError, match=r"too_small.* must take the event and call_next"):
        plugin.middleware(too_small)  # type: ignore[type-var]
    with pytest.raises(RegistrationError, match=r"asynchronous.* write def instead of async def"):
        plugin.middleware(asynchronous)


def test_a_callable_without_a_signature_can_be_a_handler(plugin: Plugin) -> None:
    plugin.endpoint()(dict.fromkeys)  # type: ignore[type-var]
    plugin.scheduled("0 0 * * ? *")(print)
    assert Client(plugin).scheduled().status_code == 200


def test_an_annotation_without_a_model_need_not_be_resolvable(plugin: Plugin) -> None:
    def handler(event: Nowhere) -> None: ...  # type: ignore[name-defined]  # noqa: F821

    plugin.scheduled("0 0 * * ? *")(handler)
    assert Client(plugin).scheduled().status_code == 200


class Service:
    def __init__(self) -> None:
        self.seen: list[str] = []

    def handle(self, event: PreRequest) -> None:
        self.seen.append(event.path)


def test_methods_can_be_handlers(plugin: Plugin) -> None:
    service = Service()
    plugin.pre_request(PATIENTS)(service.handle)
    assert Client(plugin).pre_request(PATIENTS).status_code == 200
    assert service.seen == ["/organization/v1/users/patients"]
