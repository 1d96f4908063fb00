"""What the notification service takes: recipients, the template of a mail, its attachments, a text message."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from biot_emulator.api.body_fields import Fields
from biot_emulator.api.errors import BadRequest

__all__ = ["parse_email", "parse_sms"]

_ADDRESSES = ("addressesTo", "addressesCC", "addressesBCC")
#: Amazon's mail service takes no more.
_MAX_RECIPIENTS = 50
_MAX_ADDRESS = 320
_ADDRESS = re.compile(r"[^\s@<>,;:\"\x00-\x1f\x7f]+@[^\s@<>,;:\"\x00-\x1f\x7f]+")
_LINE_END = re.compile(r"[\r\n]")
_PHONE_NUMBER = re.compile(r"[+]?[0-9]+")
_PHONE_LENGTHS = range(5, 16)

Document = dict[str, Any]


def parse_email(body: Document) -> Document:
    """Return what a mail has, without nulls. Raises BadRequest where it is not valid."""
    fields = Fields(body)
    mail: Document = {name: _addresses(fields, name) for name in fields.present(*_ADDRESSES)}
    count = sum(len(addresses) for addresses in mail.values())
    if not 1 <= count <= _MAX_RECIPIENTS:
        raise fields.wrong("addressesTo", f"and the copies must have from 1 to {_MAX_RECIPIENTS} addresses")
    for name in fields.present("subject", "locale"):
        mail[name] = fields.optional_text(name)
    if _LINE_END.search(mail.get("subject", "")):
        raise fields.wrong("subject", "must be of one line")
    if fields.present("emailTemplate"):
        fields.inner("emailTemplate")
        mail["emailTemplate"] = _template(body["emailTemplate"], "emailTemplate.")
    return {**mail, "attachmentsKeysAndNames": fields.texts("attachmentsKeysAndNames")}


def parse_sms(body: Document) -> Document:
    """Return what a text message has. Raises BadRequest where it is not valid."""
    fields = Fields(body)
    number = fields.text("phoneNumber")
    if len(number) not in _PHONE_LENGTHS or not _PHONE_NUMBER.fullmatch(number):
        lengths = f"{_PHONE_LENGTHS[0]} to {_PHONE_LENGTHS[-1]}"
        raise fields.wrong("phoneNumber", f"must have {lengths} characters: digits, and a plus sign before them or not")
    message = body.get("message")
    if not isinstance(message, str):
        raise fields.wrong("message", "must be text")
    return {"phoneNumber": number, "message": message}


def _addresses(fields: Fields, name: str) -> list[str]:
    addresses = fields.list_of_texts(name)
    if not all(len(address) <= _MAX_ADDRESS and _ADDRESS.fullmatch(address) for address in addresses):
        raise fields.wrong(name, "must be a list of mail addresses such as ada@example.com")
    return addresses


def _template(template: Mapping[str, Any], within: str) -> Document:
    """Return a template with those inside of it; how deep they are nested is bounded by what the platform reads."""
    fields = Fields(dict(template), within=within)
    parsed: Document = {name: fields.text(name) for name in fields.present("templateId")}
    parsed["markingFields"] = fields.texts("markingFields")
    if not fields.present("components"):
        return parsed
    components = template["components"]
    if not isinstance(components, list) or not all(isinstance(component, dict) for component in components):
        raise BadRequest(f"The field [{within}components] must be a list of objects")
    inner = [_template(component, f"{within}components[{index}].") for index, component in enumerate(components)]
    return {**parsed, "components": inner}
