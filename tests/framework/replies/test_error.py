from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from biot_plugin import Plugin, PreRequest, Reject
from biot_plugin.testing import Client

API = "POST/organization/v1/users/patients"


class WithoutSuper(Reject):
    def __init__(self) -> None: ...


class RaisingStatus(Reject):
    @property
    def status(self) -> int:
        raise RuntimeError("personal datum")

    @status.setter
    def status(self, status: int) -> None: ...


class ReadOnlyStatus(Reject):
    @property
    def status(self) -> int:  # type: ignore[override]
        return 403


class RaisingText(Reject):
    def __str__(self) -> str:
        raise RuntimeError("personal datum")


class Unprintable:
    def __str__(self) -> str:
        raise RuntimeError("personal datum")


def with_attribute(name: str, value: Any) -> Callable[[], Reject]:
    def create() -> Reject:
        reject = Reject(403, "CODE", "message")
        setattr(reject, name, value)
        return reject

    return create


@pytest.mark.parametrize(
    "create",
    [
        WithoutSuper,
        lambda: RaisingStatus(403, "CODE", "message"),
        lambda: ReadOnlyStatus(403, "CODE", "message"),
        lambda: Reject(403, Unprintable(), "message"),  # type: ignore[arg-type]
        lambda: Reject(403, "CODE", Unprintable()),  # type: ignore[arg-type]
        lambda: Reject(403.5, "CODE", "message"),  # type: ignore[arg-type]
        lambda: Reject(True, "CODE", "message"),
        lambda: Reject(200, "CODE", "message"),
        with_attribute("status", 200),
        with_attribute("status", 403.5),
        with_attribute("status", "403"),
        with_attribute("status", True),
        with_attribute("status", None),
        with_attribute("headers", None),
        with_attribute("headers", {"x": 1}),
    ],
)
def test_a_broken_error_is_a_failure_of_the_plugin(
    plugin: Plugin, log: Callable[[], list[dict[str, Any]]], create: Callable[[], Reject]
) -> None:
    @plugin.pre_request(API)
    def stops(event: PreRequest) -> None:
        raise create()

    reply = Client(plugin).pre_request(API)
    assert reply.error is not None
    assert (reply.status_code, reply.error.code) == (500, "INTERNAL_SERVER_ERROR")
    assert "personal datum" not in str(reply.raw)
    assert [record["level"] for record in log()][-1] == "ERROR"


class Picky(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        raise RuntimeError


def test_a_log_that_cannot_be_written_does_not_cost_the_error(plugin: Plugin) -> None:
    @plugin.pre_request(API)
    def stops(event: PreRequest) -> None:
        event.logger.addFilter(Picky())
        raise RaisingText(403, "CODE", "message") from RaisingText(403, "CODE", "message")

    assert Client(plugin).pre_request(API).status_code == 403


def test_the_log_says_what_is_wrong_with_it(plugin: Plugin, log: Callable[[], list[dict[str, Any]]]) -> None:
    @plugin.pre_request(API)
    def stops(event: PreRequest) -> None:
        raise WithoutSuper

    Client(plugin).pre_request(API)
    assert log()[-1]["message"].startswith("WithoutSuper cannot be sent as an error (AttributeError): a class that")


def test_details_that_are_no_dict_are_lost_visibly(plugin: Plugin, log: Callable[[], list[dict[str, Any]]]) -> None:
    @plugin.pre_request(API)
    def stops(event: PreRequest) -> None:
        raise with_attribute("details", [1])()

    error = Client(plugin).pre_request(API).error
    assert error is not None
    assert (error.code, error.details) == ("CODE", {})


def test_a_subclass_may_have_its_own_arguments(plugin: Plugin) -> None:
    class TooYoung(Reject):
        headers: ClassVar[dict[str, str]] = {"x-age": "17"}

        def __init__(self, age: int) -> None:
            super().__init__(403, "TOO_YOUNG", "Too young", age=age)

    @plugin.pre_request(API)
    def stops(event: PreRequest) -> None:
        raise TooYoung(17)

    reply = Client(plugin).pre_request(API)
    assert reply.error is not None
    assert (reply.status_code, reply.error.details, reply.headers["x-age"]) == (403, {"age": 17}, "17")
