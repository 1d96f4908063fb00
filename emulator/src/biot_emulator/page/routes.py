"""The route table of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from biot_emulator.page.context import Context
from biot_emulator.page.errors import Missing, NotAllowed
from biot_emulator.page.links import ROOT
from biot_emulator.page.responses import Response
from biot_emulator.page.views import calls, control, entities, invocations, outbox, plugins, resending

__all__ = ["Route", "find_route"]

View = Callable[[Context], Response]

_SMALL = 64 * 1024
#: An event of six megabytes, every byte of which is written as three.
_LARGE = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Route:
    """A part of the page.

    Attributes:
        method: The HTTP method.
        template: The path below `/_emulator/`, with variables in braces.
        view: What responds.
        most: Maximum size in bytes of a form.
    """

    method: str
    template: str
    view: View
    most: int = _SMALL


_TABLE = (
    Route("GET", "", calls.show_all),
    Route("GET", "page/calls/live", calls.listen_to_all),
    Route("POST", "page/calls/clear", calls.clear),
    Route("GET", "page/calls/{id}", calls.show),
    Route("GET", "page/calls/{id}/live", calls.listen),
    Route("GET", "page/calls/{id}/edit", resending.show_edit),
    Route("POST", "page/calls/{id}/resend", resending.resend),
    Route("POST", "page/calls/{id}/edit", resending.resend_edited, _LARGE),
    Route("GET", "page/calls/{id}/{side}", calls.download_body),
    Route("GET", "page/invocations/{id}", invocations.show),
    Route("GET", "page/invocations/{id}/event", invocations.download_event),
    Route("GET", "page/invocations/{id}/record", invocations.download_record),
    Route("POST", "page/invocations/{id}/event", invocations.save_event),
    Route("POST", "page/invocations/{id}/recording", invocations.record),
    Route("GET", "page/invocations/{id}/repeat", invocations.show_repeat),
    Route("POST", "page/invocations/{id}/repeat", invocations.repeat, _LARGE),
    Route("GET", "page/plugins", plugins.show_all),
    Route("GET", "page/plugins/{name}", plugins.show),
    Route("POST", "page/plugins/{name}/state", plugins.set_state),
    Route("POST", "page/plugins/{name}/schedule", plugins.fire_schedule),
    Route("POST", "page/plugins/{name}/invoke", plugins.invoke, _LARGE),
    Route("GET", "page/entities", entities.show_types),
    Route("GET", "page/entities/{type}", entities.search),
    Route("GET", "page/entities/{type}/new", entities.show_new),
    Route("POST", "page/entities/{type}/new", entities.create, _LARGE),
    Route("GET", "page/entities/{type}/of/{id}", entities.show),
    Route("POST", "page/entities/{type}/of/{id}", entities.update, _LARGE),
    Route("POST", "page/entities/{type}/of/{id}/delete", entities.delete),
    Route("GET", "page/outbox", outbox.show_all),
    Route("GET", "page/outbox/{id}", outbox.show),
    Route("GET", "page/outbox/attachments/{key}", outbox.download_attachment),
    Route("POST", "page/outbox/clear", outbox.clear),
    Route("GET", "page/control", control.show),
    Route("POST", "page/control/clock", control.set_clock),
    Route("POST", "page/control/keys", control.rotate_keys),
    Route("POST", "page/control/failures", control.set_policies),
    Route("POST", "page/control/reset", control.reset),
)


def find_route(method: str, path: str) -> tuple[Route, Mapping[str, str]]:
    """Find the route of a request, and the variables in its path.

    Raises:
        Missing: There is no such page.
        NotAllowed: It has another method.
    """
    method = "GET" if method == "HEAD" else method
    segments = path.removeprefix(ROOT).split("/")
    matching = [(route, variables) for route in _TABLE if (variables := _match(route, segments)) is not None]
    for route, variables in matching:
        if route.method == method:
            return route, variables
    raise NotAllowed("This address takes another method") if matching else Missing("There is no such page")


def _match(route: Route, segments: list[str]) -> dict[str, Any] | None:
    template = route.template.split("/")
    if len(template) != len(segments):
        return None
    pairs = [*zip(template, segments, strict=True)]
    if not all(name == value or (name.startswith("{") and value) for name, value in pairs):
        return None
    return {name[1:-1]: value for name, value in pairs if name.startswith("{")}
