from __future__ import annotations

import pytest

from biot_plugin import (
    Plugin,
    PreRequest,
    RegistrationError,
)
from biot_plugin.testing import Client

PATIENTS = "POST/organization/v1/users/patients"


def test_a_handler_must_take_the_event(plugin: Plugin) -> None:
    def takes_two(event: PreRequest, more: int) -> None: ...

    with pytest.raises(RegistrationError, match=r"takes_two.* must take the event and nothing else"):
        plugin.pre_request(PATIENTS)(takes_two)  # type: ignore[type-var]

    def may_take_two(event: PreRequest, more: int = 1) -> None: ...

    plugin.pre_request(PATIENTS)(may_take_two)


def test_a_callable_without_a_signature_can_be_a_handler(plugin: Plugin) -> None:
    plugin.endpoint()(str)
    assert Client(plugin).direct().body.startswith("<DirectCall")
    plugin.scheduled("0 0 * * ? *")(print)
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
