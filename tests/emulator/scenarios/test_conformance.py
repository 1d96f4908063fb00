"""The APIs answer as their published descriptions say, whatever they are sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from biot_emulator.build import build_platform
from biot_emulator.client import Client
from biot_emulator.operator.operations import list_operations
from biot_emulator.server.background_thread import Server
from biot_emulator.services.route_tables import SERVICE_ROUTES
from biot_emulator.state.store import Store
from tests.emulator.conftest import SHARED
from tests.emulator.scenarios.entity_successes import of_entities
from tests.emulator.scenarios.successes import (
    ADMIN,
    Successes,
    of_dispatcher,
    of_files,
    of_measurement,
    of_notification,
    of_settings,
    of_ums,
)

#: Enough to notice what always goes wrong; what seldom does is looked for by `make test-template`.
FEW, MANY = 4, 200


@dataclass(frozen=True)
class Service:
    """A service and its published description.

    Attributes:
        name: Its name.
        file: The description.
        successes: Makes what there is to read, change and remove, and gives what operations succeed with.
        undescribed: Statuses that an operation answers with beside those of the description, and why, by operation.
    """

    name: str
    file: Path
    successes: Callable[[Client], Successes]
    undescribed: Mapping[str, Mapping[int, str]] = field(default_factory=dict)


_API = SHARED / "platform-api"
_WIDER = _API / "wider"
SERVICES = (
    Service(
        "dispatcher",
        _API / "dispatcher-2.4.2.json",
        of_dispatcher,
        undescribed={"POST /dispatcher/v1/hooks/notifications/subscribe": {409: "a conflict is described in words"}},
    ),
    Service("organization", _WIDER / "organization-2.4.2.json", of_entities),
    Service("ums", _WIDER / "ums-2.4.2.json", of_ums),
    Service("settings", _WIDER / "settings-2.4.2.json", of_settings),
    Service("file", _WIDER / "file-2.4.2.json", of_files),
    Service("measurement", _WIDER / "measurement-2.4.2.json", of_measurement),
    Service("notification", _WIDER / "notification-2.4.2.json", of_notification),
)
MODELLED = {
    f"{operation['method']} {operation['path']}" for operation in list_operations(SERVICE_ROUTES, modelled=True)
}


@pytest.fixture
def client() -> Iterator[Client]:
    with Server(build_platform(Store(), admin=ADMIN)) as server:
        yield Client(server.url).log_in(*ADMIN)


def described(service: Service) -> list[str]:
    """The operations of a description, as method and path with the service's prefix."""
    if not service.file.exists():
        return []
    document = json.loads(service.file.read_text(encoding="utf-8"))
    prefix = document["servers"][0]["url"].rstrip("/")
    return [f"{method.upper()} {prefix}{path}" for path, methods in document["paths"].items() for method in methods]


EACH = [
    pytest.param(service, operation, id=operation)
    for service in SERVICES
    for operation in described(service)
    if operation in MODELLED
]


@pytest.mark.slow
@pytest.mark.parametrize(("service", "operation"), EACH)
def test_an_operation_answers_as_described(service: Service, operation: str, client: Client) -> None:
    hold(service, operation, client, FEW)


@pytest.mark.matrix
@pytest.mark.parametrize(("service", "operation"), EACH)
def test_an_operation_answers_as_described_whatever_it_is_sent(
    service: Service, operation: str, client: Client
) -> None:
    hold(service, operation, client, MANY)


def hold(service: Service, operation: str, client: Client, examples: int) -> None:
    from tests.emulator.scenarios.conformance import hold_to_description  # whose import takes long

    success = service.successes(client).get(operation, {})
    undescribed = service.undescribed.get(operation, {})
    hold_to_description(service.file, operation, client, success, undescribed, examples)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_what_is_said_of_operations_is_of_those_described(service: Service, client: Client) -> None:
    if not service.file.exists():
        pytest.skip(f"the platform's published description is not at {service.file}")
    assert {*service.undescribed, *service.successes(client)} <= set(described(service))
