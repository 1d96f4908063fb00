"""What type checkers must see in a plugin's code. It is checked, never run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypedDict

import hypercorn
import msgspec
import uvicorn
from aws_lambda_powertools.logging import Logger
from hypercorn.asyncio import serve
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.routing import Mount
from typing_extensions import assert_type

from biot_plugin import (
    AdaptEntity,
    AsgiApplication,
    BiotApi,
    Cors,
    DirectCall,
    Event,
    Next,
    Notification,
    Plugin,
    PostRequest,
    PreRequest,
    Scheduled,
    Search,
    StoredFile,
    StreamedFile,
    Subscriptions,
)

API = "POST/organization/v1/users/patients"

plugin = Plugin()


class Patient(BaseModel):
    mrn: str


class Session(msgspec.Struct):
    state: str


class Device(TypedDict):
    id: str


@plugin.pre_request(API, order=5)
def pre(event: PreRequest) -> None:
    assert_type(event, PreRequest[dict[str, Any]])
    assert_type(event.body, dict[str, Any])
    assert_type(event.query_parameters, dict[str, list[str]])
    assert_type(event.logger, Logger)
    assert_type(event.trace_id, str)


@plugin.pre_request(API, normalize=True)
def pre_model(event: PreRequest[Patient]) -> Patient | None:
    assert_type(event.body, Patient)
    assert_type(event.body.mrn, str)
    return event.body


@plugin.post_request(API)
def post(event: PostRequest) -> dict[str, Any]:
    assert_type(event.response.status_code, int)
    assert_type(event.response.body, dict[str, Any])
    return event.response.body


@plugin.post_request(API)
def post_model(event: PostRequest[Session]) -> None:
    assert_type(event.response.body, Session)


@plugin.adapt_entity("device")
def adapt(event: AdaptEntity[Device]) -> list[Device]:
    assert_type(event.entities, list[Device])
    return event.entities


@plugin.notification("usage-session", "_update")
async def notified(event: Notification[Session]) -> None:
    assert_type(event.entity, Session)
    assert_type(event.old_entity, dict[str, Any] | None)
    assert_type(event.biot, BiotApi)
    assert_type(event.biot.search("/a"), Search)
    assert_type(event.biot.download("1"), StoredFile)
    assert_type(event.biot.download("1", to="a.csv"), StreamedFile)
    assert_type(event.biot.upload("a", b"", "text/csv"), StoredFile)
    assert_type(event.biot.upload("a", Path("a.csv"), "text/csv"), StreamedFile)
    assert_type(event.biot.configure(plugin), Plugin)


@plugin.scheduled("0 0 * * ? *")
def nightly(event: Scheduled, dry_run: bool = False) -> int | None:
    return int(dry_run)


@plugin.endpoint()
def report(event: DirectCall) -> dict[str, str]:
    assert_type(event.query, dict[str, str])
    return event.query


@plugin.middleware
def around(event: Event, call_next: Next) -> None:
    call_next(event)


# Decorators keep the type of what they decorate.
pre_is: Callable[[PreRequest[dict[str, Any]]], None] = pre
pre_model_is: Callable[[PreRequest[Patient]], Patient | None] = pre_model
report_is: Callable[[DirectCall], dict[str, str]] = report
around_is: Callable[[Event, Next], None] = around


def with_a_keyword() -> None:
    assert_type(nightly(event=scheduled_event(), dry_run=True), int | None)


def scheduled_event() -> Scheduled:
    raise NotImplementedError


assert_type(plugin.subscriptions(), Subscriptions)
assert_type(plugin.cron_schedule, str | None)

application = plugin.asgi(threads=4, cors=Cors(["https://portal.example"]))
assert_type(application, AsgiApplication)


async def with_servers() -> None:
    uvicorn.Config(application)
    await serve(application, hypercorn.Config())
    Starlette(routes=[Mount("/plugin", application)])


# A function for another kind of event is an error; the comment itself is one where it is not needed.
@plugin.pre_request("GET/device/v2/devices")  # type: ignore[type-var]
def wrong_event(event: PostRequest) -> None: ...


@plugin.middleware  # type: ignore[type-var]
def wrong_middleware(event: Event) -> None: ...


def made() -> Any:
    """Any event, for calls whose type matters."""
