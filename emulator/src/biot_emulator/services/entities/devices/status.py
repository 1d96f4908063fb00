"""What a device reports of itself: the built-in attributes, and those of its template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_emulator.services.entities.errors import AttributeIsMandatory
from biot_emulator.services.entities.requests import Form, check_form, check_read_only, choice, moment, record, text

__all__ = ["merged_status"]

_OPERATIONAL: Form = {"_status": choice("OK", "MINOR", "MAJOR", "CRITICAL"), "_message": text()}
_FORM: Form = {
    "_fwVersion": text(),
    "_hwVersion": text(),
    "_bootTime": moment,
    "_operational": record(_OPERATIONAL),
}
_OWN = ("_connection", "_certificateStatus")


def merged_status(current: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the status of a device after a request that changes a part of it.

    Args:
        current: The status so far.
        body: The request: the attributes that change, as its `data`.

    Raises:
        ApiError: The request has no data, or an attribute of another form.
    """
    data = body.get("data")
    if data is None:
        raise AttributeIsMandatory("The attribute [data] is mandatory", attributeName="data")
    check_form(body, {"data": record(_FORM)})
    changed = check_read_only(data, current, _OWN)
    if operational := changed.get("_operational"):
        changed["_operational"] = {**(current.get("_operational") or {}), **operational}
    return {**current, **changed}
