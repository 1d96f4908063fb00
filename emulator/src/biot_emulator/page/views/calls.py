"""The calls: a list that grows while one looks at it, and each as one timeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from biot_emulator.api.errors import ApiError
from biot_emulator.event_kind import EventKind
from biot_emulator.page.context import Context
from biot_emulator.page.errors import Invalid, Missing, PageError, Unavailable
from biot_emulator.page.links import link
from biot_emulator.page.live import LiveParts, Make
from biot_emulator.page.rendering import render
from biot_emulator.page.responses import Response, download, events
from biot_emulator.page.texts import amount, pretty
from biot_emulator.page.waterfall import waterfall
from biot_emulator.timelines.filters import STATUSES, CallFilter

__all__ = ["clear", "download_body", "listen", "listen_to_all", "read_call", "show", "show_all"]

_CALLS = "/_emulator/calls"
_PAGE = 50
_MOST_ROWS = 200
_SIDES = ("request", "response")
_FILTERS = ("plugin", "hook", "status", "trace")
_MOST_CHARACTERS = 500
_CHOICES: Mapping[str, str] = {
    "": "Every status",
    "failed": "Failed",
    "pending": "Running",
    "lost": "Lost",
    "2xx": "2xx",
    "3xx": "3xx",
    "4xx": "4xx",
    "5xx": "5xx",
}
_HOOKS = tuple(kind.name for kind in EventKind)

Document = Mapping[str, Any]


def show_all(context: Context) -> Response:
    """Show a page of the calls, the newest first."""
    chosen, before = _chosen(context), context.request.parameter("before")
    page = context.administrator.read(_CALLS, limit=str(_PAGE), before=before, **chosen)
    calls = page["data"]
    version = max((call["version"] for call in calls), default=0)
    return context.show(
        "calls.html",
        "calls",
        "Calls",
        calls=calls,
        older=page["before"],
        before=before,
        filter={name: chosen.get(name, "") for name in (*_FILTERS, "roots")},
        filtered=bool(chosen),
        plugins=sorted({plugin.full_name for plugin in context.platform.plugins} | _named(chosen.get("plugin"))),
        kinds=_HOOKS,
        hooks=sorted(({*_hooked(context)} | _named(chosen.get("hook"))) - {*_HOOKS}),
        statuses={**_CHOICES, **{status: status for status in _named(chosen.get("status")) - {*_CHOICES}}},
        own_link=link(**chosen),
        # Whoever looks at older calls is not disturbed by new ones.
        live="" if before else link("calls", "live", **chosen),
        version=version,
    )


def listen_to_all(context: Context) -> Response:
    """Send rows of the list as calls begin and change."""
    chosen = _chosen(context)
    roots = chosen.pop("roots", "") == "true"
    matches = CallFilter(**{name: value for name, value in chosen.items() if value}, roots=roots).matches

    def make(ids: Sequence[str]) -> Document | None:
        changed = [call for id in ids if id and (call := context.platform.calls.get(id))]
        newest = sorted((call for call in changed if matches(call)), key=lambda call: call.number)[-_MOST_ROWS:]
        # Such as what went on when it was shown, where somebody looks for what goes on.
        gone = [call.id for call in changed if not matches(call)] if roots or chosen.get("status") else []
        cleared = "" in ids
        if not newest and not gone and not cleared:
            return None
        rows = render("rows.html", {"calls": context.platform.records.timelines.summaries(newest)})
        version = max((call.version for call in changed), default=0)
        return {"version": version, "rows": rows, "gone": gone, "cleared": cleared}

    return _live(context, make)


def show(context: Context) -> Response:
    """Show a call with all of its steps."""
    call = read_call(context)
    return context.show("call.html", "calls", _title(call), **_timeline(context, call))


def listen(context: Context) -> Response:
    """Send the timeline of a call anew whenever it changes."""
    id = context.request.variables["id"]

    def make(ids: Sequence[str]) -> Document | None:
        if id not in ids and "" not in ids:
            return None
        try:
            call = read_call(context)
        except PageError:
            return {"version": 0, "forgotten": True}
        values = {"form_token": context.session.form_token, **_timeline(context, call)}
        html = render("timeline.html", values)
        return {"version": call["version"], "html": html, "news": _news(call)}

    response = _live(context, make)
    # It may have been forgotten while nobody listened.
    if response.stream and context.platform.calls.get(id) is None:
        response.stream.close()
        raise Missing("There is no such call, or it is forgotten already")
    return response


def download_body(context: Context) -> Response:
    """Send the body of a call's request or response, which a browser stores and does not show."""
    side = context.request.variables["side"]
    if side not in _SIDES:
        raise Missing("There is no such page")
    part = read_call(context)[side]
    if part is None:
        raise Missing(f"The call has no {side}")
    if part["binary"]:
        raise Missing(f"The body of the {side} is no text: nothing but its size is shown")
    text = part["text"] if part["text"] is not None else pretty(part["body"])
    ending = "txt" if isinstance(part["body"], str) else "json"
    return download(f"{side}-{context.request.variables['id'][:8]}.{ending}", text.encode("utf-8", "replace"))


def clear(context: Context) -> Response:
    """Forget all calls."""
    context.administrator.change("DELETE", _CALLS)
    return context.done("All calls are forgotten.", link())


def read_call(context: Context) -> dict[str, Any]:
    """Return a call with its steps.

    Raises:
        Missing: There is none, or it is forgotten.
    """
    return dict(context.administrator.read(f"{_CALLS}/{context.request.variables['id']}"))


def _timeline(context: Context, call: Document) -> dict[str, Any]:
    return {
        "call": call,
        "bars": waterfall(call),
        "curl": _curl(context, call),
        "can_save": context.platform.records.events.path is not None,
        "can_record": context.platform.records.exchanges.can_record,
        "address": context.platform.public_address.url,
        "since": call["version"],
    }


def _news(call: Document) -> str:
    """Return what those are told who do not see it."""
    state = "Running" if call["statusCode"] is None else f"Status {call['statusCode']}"
    return f"{state}, {amount(len(call['steps']), 'step')}"


def _curl(context: Context, call: Document) -> str:
    try:
        content = context.administrator.response(f"{_CALLS}/{call['id']}/curl").content or b""
    except PageError:
        return ""  # nobody has sent a request, or what it had is not recorded
    return content.decode().strip()


def _live(context: Context, make: Make) -> Response:
    # The browser says which part it has got last when it connects again.
    since = context.request.headers.get("last-event-id") or context.request.parameter("since") or "0"
    if not since.isascii() or not since.isdigit() or len(since) > 15:
        raise Invalid("[since] is a number")
    try:
        return events(LiveParts(context.platform.calls, context.session, int(since), make))
    except ApiError as error:
        raise Unavailable(error.message) from None


def _chosen(context: Context) -> dict[str, str]:
    """Return the filters that are set."""
    values = {name: context.request.parameter(name)[:_MOST_CHARACTERS] for name in _FILTERS}
    if values["status"] and not STATUSES.fullmatch(values["status"]):
        raise Invalid("The status is a number such as 404, 4xx, or one of pending, failed and lost")
    if context.request.parameter("roots") == "true":
        values["roots"] = "true"
    return {name: value for name, value in values.items() if value}


def _hooked(context: Context) -> Iterator[str]:
    """Yield what plugins are subscribed to, as invocations name it."""
    read = partial(context.administrator.read, searchRequest='{"limit": 10000}')
    for item in read("/dispatcher/v1/hooks/interceptions")["data"]:
        yield item["entityName"] if item["type"] == "ADAPT_ENTITY" else item["apiId"]
    for item in read("/dispatcher/v1/hooks/notifications")["data"]:
        yield f"{item['entityTypeName']} {item['actionName']}"


def _named(value: str | None) -> set[str]:
    return {value} if value else set()


def _title(call: Document) -> str:
    if call["method"]:
        return f"{call['method']} {call['address']}"
    return f"{call['kind'].capitalize()} of {', '.join(call['plugins'])}"
