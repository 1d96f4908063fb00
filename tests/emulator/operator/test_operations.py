from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from biot_emulator.api.call import Call
from biot_emulator.api.router import Router
from biot_emulator.client import Client
from biot_emulator.operator.operations import list_operations
from biot_emulator.services.route_tables import SERVICE_ROUTES
from biot_emulator.testing import Emulator, running
from tests.emulator.conftest import SHARED, comparing_what_is_left
from tests.emulator.operator.operations_page import PAGE, with_tables

PUBLISHED = SHARED / "platform-api"
SERVICES = (
    *("device", "dispatcher", "file", "generic-entity", "measurement", "notification", "organization", "settings"),
    "ums",
)
OPERATIONS = list_operations(SERVICE_ROUTES)


@pytest.fixture(scope="module", autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Look once for the module: the emulator that its tests share starts threads whenever it needs them."""
    yield from comparing_what_is_left()


@pytest.fixture(scope="module")
def shared_emulator(nothing_left_behind: None) -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


def shape(method: str, path: str) -> tuple[str, str]:
    """An operation without the names of its variables, which differ between descriptions."""
    return method, re.sub(r"\{[^}]*\}", "{}", path)


def published() -> set[tuple[str, str]]:
    """Return the operations of the platform's published descriptions."""
    files = [*PUBLISHED.glob("*.json"), *PUBLISHED.glob("*/*.json")]
    if not files:
        pytest.skip(f"the platform's published descriptions are not at {PUBLISHED}")
    operations = set()
    for file in files:
        description = json.loads(file.read_text(encoding="utf-8"))
        prefix = description["servers"][0]["url"].rstrip("/")
        operations |= {
            (method.upper(), prefix + path) for path, methods in description["paths"].items() for method in methods
        }
    return operations


def listed(operations: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    return Counter(shape(operation["method"], operation["path"]) for operation in operations)


def test_no_operation_is_listed_twice() -> None:
    assert [operation for operation, count in listed(OPERATIONS).items() if count > 1] == []


def test_every_published_operation_is_listed() -> None:
    assert {shape(*operation) for operation in published()} <= listed(OPERATIONS).keys()


def test_what_is_said_not_to_be_published_is_not() -> None:
    beyond = listed([operation for operation in OPERATIONS if not operation["published"]])
    assert beyond.keys().isdisjoint({shape(*operation) for operation in published()})
    assert all(operation["reason"] for operation in OPERATIONS if not operation["published"])


def test_no_path_variable_takes_the_name_of_another_operation_for_a_value() -> None:
    router = Router()
    router.add(SERVICE_ROUTES)
    for method, path in sorted(published()):
        route, _ = router.find(Call(method, re.sub(r"\{[^}]*\}", "any", path)))
        assert shape(route.method, route.template) == shape(method, path)


@pytest.mark.parametrize("variable", ["any", "00000000-0000-4000-8000-000000000001"])
def test_what_is_not_modelled_says_so_at_its_path(shared_emulator: Emulator, variable: str) -> None:
    missing = [operation for operation in OPERATIONS if not operation["modelled"]]
    assert missing
    for operation in missing:
        path = re.sub(r"\{[^}]*\}", variable, operation["path"])
        for headers in ({}, {"authorization": f"Bearer {shared_emulator.token}"}):
            response = shared_emulator.platform.handle(Call(operation["method"], path, headers=headers))
            assert (response.status_code, response.body["code"]) == (404, "NOT_MODELLED")
            assert response.body["details"] == {"reason": operation["reason"]}
            assert f"{operation['method']} {path} is an API of the platform" in response.body["message"]


def test_a_large_body_to_what_is_not_modelled_is_not_read(shared_emulator: Emulator) -> None:
    reply = shared_emulator.call("POST", "/settings/v1/system/backup", json="x" * 7_000_000)
    assert (reply.status_code, reply.body["code"]) == (404, "NOT_MODELLED")


def test_the_operator_lists_operations(shared_emulator: Emulator) -> None:
    def ask(query: str = "") -> Any:
        return shared_emulator.call("GET", f"/_emulator/operations{query}").body

    assert ask() == {"data": OPERATIONS, "totalResults": len(OPERATIONS)}
    assert {operation["service"] for operation in ask("?service=ums")["data"]} == {"ums"}
    for modelled in (True, False):
        chosen = ask(f"?service=organization&modelled={str(modelled).lower()}")["data"]
        assert {operation["modelled"] for operation in chosen} == {modelled}
    assert ask("?service=nobody") == {"data": [], "totalResults": 0}
    assert "[modelled] must be one of true, false" in ask("?modelled=perhaps")["message"]
    assert Client(shared_emulator.url).call("GET", "/_emulator/operations").status_code == 401


def test_an_operation_says_what_it_is() -> None:
    operations = {(operation["method"], operation["path"]): operation for operation in OPERATIONS}
    update = operations["PUT", "/settings/v2/plugins/{name}"]
    assert (update["published"], update["modelled"], update["service"]) == (False, True, "settings")
    reports = operations["GET", "/dms/v1/data/reports"]
    assert (reports["published"], reports["modelled"]) == (True, False)


@pytest.mark.parametrize(
    "service",
    [
        "device",
        "dispatcher",
        "file",
        "generic-entity",
        "measurement",
        "notification",
        "organization",
        "settings",
        "ums",
    ],
)
def test_a_service_says_that_it_is_up(shared_emulator: Emulator, service: str) -> None:
    reply = Client(shared_emulator.url).call("GET", f"/{service}/system/healthCheck")
    assert (reply.status_code, reply.body["version"]) == (200, "2.4.2")
    assert reply.body["traceId"]


def test_every_service_with_a_modelled_operation_has_a_health_check() -> None:
    modelled = {operation["service"] for operation in OPERATIONS if operation["modelled"]}
    checked = {operation["service"] for operation in OPERATIONS if operation["path"].endswith("/system/healthCheck")}
    assert modelled <= checked


def test_the_page_has_what_is_listed() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == with_tables(text), "run python -m tests.emulator.operator.operations_page"
