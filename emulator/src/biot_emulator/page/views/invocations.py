"""Invocations of plugins: their events as files, and again."""

from __future__ import annotations

from typing import Any

from biot_emulator.page.context import Context
from biot_emulator.page.errors import Invalid, Missing, PageError
from biot_emulator.page.links import link
from biot_emulator.page.responses import Response, download
from biot_emulator.page.texts import pretty
from biot_emulator.wire_json import decode

__all__ = ["download_event", "download_record", "record", "repeat", "save_event", "show", "show_repeat"]

_INVOCATIONS = "/_emulator/invocations"
_JSON = "application/json"


def show(context: Context) -> Response:
    """Go on to the call that an invocation belongs to."""
    return context.done_at(_call_link(context, _record(context)))


def download_event(context: Context) -> Response:
    """Send the event as a file for the plugin's repository."""
    event = context.administrator.read(f"{_path(context)}/event")
    return download(f"{_name(_record(context))}.json", f"{pretty(event)}\n".encode("utf-8", "replace"), _JSON)


def download_record(context: Context) -> Response:
    """Send all that is known of an invocation."""
    text = pretty(_record(context))
    return download(f"invocation-{context.request.variables['id'][:8]}.json", text.encode("utf-8", "replace"), _JSON)


def save_event(context: Context) -> Response:
    """Save the event among those of the plugin's repository."""
    record, name = _record(context), context.request.field("name").strip()
    saved = context.administrator.change("POST", f"{_path(context)}/event", {"name": name})
    return context.done(f"Saved as {saved['path']}", _call_link(context, record))


def record(context: Context) -> Response:
    """Record the invocation, with stand-ins for what identifies people."""
    invocation = _record(context)
    recorded = context.administrator.change("POST", f"{_path(context)}/recording", {})
    return context.done(f"Recorded in {recorded['path']}", _call_link(context, invocation))


def show_repeat(context: Context) -> Response:
    """Show a form with the event."""
    return _form(context, pretty(context.administrator.read(f"{_path(context)}/event")))


def repeat(context: Context) -> Response:
    """Invoke the plugin again, with the same event or the one in the form, and show what comes of it."""
    text = context.request.form.get("event")
    try:
        event = None if text is None else _decoded(text)
        new = context.administrator.change("POST", f"{_path(context)}/repeat", event, wait="false")
    except PageError as error:
        if text is None:
            raise
        return _form(context, text, error)
    context.session.tell("Invoked again: this is the new invocation.")
    return context.done_at(link("calls", new["id"]))


def _form(context: Context, text: str, error: PageError | None = None) -> Response:
    record = _record(context)
    return context.show(
        "edit_event.html",
        "calls",
        "Edit the event and invoke again",
        error.status_code if error else 200,
        record=record,
        call_link=_call_link(context, record),
        text=text,
        error=str(error) if error else "",
    )


def _decoded(text: str) -> Any:
    try:
        return decode(text)
    except ValueError as error:
        raise Invalid(f"The event is not JSON: {error}") from None


def _path(context: Context) -> str:
    return f"{_INVOCATIONS}/{context.request.variables['id']}"


def _record(context: Context) -> dict[str, Any]:
    return dict(context.administrator.read(_path(context)))


def _call_link(context: Context, record: dict[str, Any]) -> str:
    call = record.get("callId")
    if not call or context.platform.calls.get(call) is None:
        raise Missing("The call that it belongs to is forgotten already")
    return f"{link('calls', call)}#step-{record['id']}"


def _name(record: dict[str, Any]) -> str:
    """Return a name for a file that says what the event is of."""
    return f"{record['kind'].lower().replace('_', '-')}-{record['id'][:8]}"
