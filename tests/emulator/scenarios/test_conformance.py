"""The APIs answer as their published descriptions say, whatever they are sent."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
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
from tests.emulator.scenarios.successes import ADMIN, success_of

#: Enough to notice what always goes wrong; what seldom does is looked for by `make test-template`.
FEW, MANY = 4, 200


@dataclass(frozen=True, eq=False)
class Service:
    """A service and its published description.

    Attributes:
        name: Its name.
        file: The description.
        undescribed: Statuses that an operation answers with beside those of the description, and why, by operation.
    """

    name: str
    file: Path
    undescribed: Mapping[str, Mapping[int, str]] = field(default_factory=dict)


_API = SHARED / "platform-api"
_WIDER = _API / "wider"
SERVICES = (
    Service(
        "dispatcher",
        _API / "dispatcher-2.4.2.json",
        undescribed={"POST /dispatcher/v1/hooks/notifications/subscribe": {409: "a conflict is described in words"}},
    ),
    Service(
        "organization",
        _WIDER / "organization-2.4.2.json",
        undescribed={"PATCH /organization/v1/registration-codes/{id}": {409: "a code is unique, as its creation says"}},
    ),
    Service("ums", _WIDER / "ums-2.4.2.json"),
    Service("settings", _WIDER / "settings-2.4.2.json"),
    Service("file", _WIDER / "file-2.4.2.json"),
    Service("measurement", _WIDER / "measurement-2.4.2.json"),
    Service("notification", _WIDER / "notification-2.4.2.json"),
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


def undescribed(service: Service, operation: str) -> Collection[int]:
    """Return the statuses that an operation answers with beside those of its description."""
    document = json.loads(service.file.read_text(encoding="utf-8"))
    method, path = operation.split(" ")
    prefix = document["servers"][0]["url"].rstrip("/")
    described = document["paths"][path.removeprefix(prefix)][method.lower()]["responses"]
    # Some have one refusal for whatever may be wrong.
    of_callers = {401, 403, 404, 409} if {status for status in described if status >= "300"} == {"400"} else ()
    # What is too long for any API is refused before it is known which one is called.
    return {414, *of_callers, *service.undescribed.get(operation, {})}


EACH = [
    pytest.param(service, operation, id=operation)
    for service in SERVICES
    for operation in described(service)
    if operation in MODELLED
]


@pytest.mark.sampled(10)
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

    success, beside = success_of(operation, client), undescribed(service, operation)
    hold_to_description(service.file, operation, client, success, beside, examples)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_what_is_said_of_operations_is_of_those_described(service: Service) -> None:
    if not service.file.exists():
        pytest.skip(f"the platform's published description is not at {service.file}")
    assert set(service.undescribed) <= set(described(service))
