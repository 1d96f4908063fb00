"""The mail and text messages that the platform would have sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_emulator.page.context import Context
from biot_emulator.page.links import link
from biot_emulator.page.responses import Response, download

__all__ = ["clear", "download_attachment", "show", "show_all"]

_OUTBOX = "/_emulator/outbox"
_MOST = "200"
_KINDS = ("EMAIL", "SMS")
_ADDRESSES = ("addressesTo", "addressesCC", "addressesBCC")

Document = Mapping[str, Any]


def show_all(context: Context) -> Response:
    """Show the messages, the newest first."""
    kind, recipient = context.request.parameter("kind"), context.request.parameter("to")
    kind = kind if kind in _KINDS else ""
    page = context.administrator.read(_OUTBOX, kind=kind, to=recipient, limit=_MOST)
    rows = [{**message, "title": _title(message), "to": ", ".join(_recipients(message))} for message in page["data"]]
    values = {"rows": rows, "total": page["totalResults"], "kind": kind, "recipient": recipient}
    return context.show("outbox.html", "outbox", "Outbox", **values)


def show(context: Context) -> Response:
    """Show a message."""
    message = context.administrator.read(f"{_OUTBOX}/{context.request.variables['id']}")
    values = {"message": message, "recipients": _recipients(message), "fields": _fields(message)}
    return context.show("message.html", "outbox", _title(message), **values)


def download_attachment(context: Context) -> Response:
    """Send the content of an attachment, which a browser stores and does not show."""
    key = context.request.variables["key"]
    response = context.administrator.response(f"{_OUTBOX}/attachments/{key}")
    return download(context.request.parameter("name") or key, response.content or b"")


def clear(context: Context) -> Response:
    """Delete every message."""
    context.administrator.change("DELETE", _OUTBOX)
    return context.done("The outbox is empty.", link("outbox"))


def _title(message: Document) -> str:
    return str(message.get("subject") or message.get("message") or "Without a subject")


def _recipients(message: Document) -> list[str]:
    addresses = [address for name in _ADDRESSES for address in message.get(name, ())]
    return addresses or [str(message.get("phoneNumber", ""))]


def _fields(message: Document) -> dict[str, str]:
    """Return what a mail fills in of its template, and of the templates inside of it."""
    template = message.get("emailTemplate") or {}
    found = dict(template.get("markingFields") or {})
    for component in template.get("components") or ():
        found.update(_fields({"emailTemplate": component}))
    return found
