"""Calls that are sent again: the same, or edited. What comes of it is a call of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_emulator.operator.records.edits import METHODS
from biot_emulator.page.context import Context
from biot_emulator.page.errors import PageError
from biot_emulator.page.links import link
from biot_emulator.page.responses import Response
from biot_emulator.page.texts import pretty
from biot_emulator.page.views.calls import read_call

__all__ = ["resend", "resend_edited", "show_edit"]

_FIELDS = ("method", "path", "query", "body")


def resend(context: Context) -> Response:
    """Send a call again as it was, and show what comes of it."""
    return _sent(context, {})


def show_edit(context: Context) -> Response:
    """Show a form with what was sent."""
    call = read_call(context)
    return _form(context, call, _shown(call))


def resend_edited(context: Context) -> Response:
    """Send a call again with what somebody has changed, and show what comes of it."""
    call = read_call(context)
    shown, written = _shown(call), {name: _lines(context.request.field(name)) for name in _FIELDS}
    # What nobody has touched is sent with the same bytes.
    edits = {name: value for name, value in written.items() if value != shown[name]}
    try:
        return _sent(context, edits)
    except PageError as error:
        return _form(context, call, written, error)


def _sent(context: Context, edits: Mapping[str, str]) -> Response:
    path = f"/_emulator/calls/{context.request.variables['id']}/resend"
    new = context.administrator.change("POST", path, dict(edits), wait="false")
    context.session.tell("Sent again: this is the new call.")
    return context.done_at(link("calls", new["id"]))


def _shown(call: Mapping[str, Any]) -> dict[str, str]:
    """Return what the form shows of a request."""
    request = call["request"] or {"method": "", "path": "", "query": "", "body": None, "text": None}
    body = request["text"] if request["text"] is not None else "" if request["body"] is None else request["body"]
    return {**{name: request[name] for name in ("method", "path", "query")}, "body": _lines(pretty(body))}


def _form(
    context: Context, call: Mapping[str, Any], values: Mapping[str, str], error: PageError | None = None
) -> Response:
    return context.show(
        "edit_call.html",
        "calls",
        "Edit and send again",
        error.status_code if error else 200,
        call=call,
        methods=METHODS,
        values=values,
        withheld=(call["request"] or {}).get("withheld"),
        error=str(error) if error else "",
    )


def _lines(text: str) -> str:
    """Return a text with the same ends of lines before and after a browser has sent it; it also has no zeros."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\N{REPLACEMENT CHARACTER}")
