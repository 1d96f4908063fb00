"""The objects that entities of every template have: names, addresses, references, files."""

from __future__ import annotations

from biot_plugin_cli.types.values import Member, Number, Object, Text

__all__ = [
    "ADDRESS",
    "FILE",
    "NAME",
    "REFERENCE",
    "SENT_ADDRESS",
    "SENT_FILE",
    "SENT_NAME",
    "SENT_REFERENCE",
    "TEMPLATE",
]

_TEXT, _ID = Text(), Text("UUID")


def _shared(name: str, about: str, *members: Member) -> Object:
    return Object(f"all: {name}", name, members, (about,))


NAME = _shared("Name", "The name of a person.", Member("firstName", _TEXT), Member("lastName", _TEXT))
SENT_NAME = _shared(
    "SentName",
    "The name of a person, as it is sent.",
    Member("firstName", _TEXT, is_required=True, is_nullable=False),
    Member("lastName", _TEXT, is_required=True, is_nullable=False),
)

_ADDRESS_PARTS = tuple(Member(part, _TEXT) for part in ("address1", "address2", "city", "state", "zipCode"))
_COUNTRY = ("The code of the country in ISO 3166.",)

ADDRESS = _shared("Address", "An address.", *_ADDRESS_PARTS, Member("countryCode", Text("COUNTRY"), about=_COUNTRY))
SENT_ADDRESS = _shared(
    "SentAddress",
    "An address, as it is sent.",
    *_ADDRESS_PARTS,
    Member("countryCode", Text("COUNTRY"), is_required=True, is_nullable=False, about=_COUNTRY),
)

_PARENT = _shared(
    "ParentTemplate",
    "The template that a template belongs to.",
    Member("id", _ID),
    Member("name", _TEXT),
    Member("displayName", _TEXT),
)
TEMPLATE = _shared(
    "TemplateReference",
    "The template of an entity.",
    Member("id", _ID),
    Member("name", _TEXT),
    Member("displayName", _TEXT),
    Member("parentTemplate", _PARENT),
)

REFERENCE = _shared(
    "Reference",
    "A reference to an entity.",
    Member("id", _TEXT, is_required=True, is_nullable=False),
    Member("name", _TEXT, about=("The caption of the entity.",)),
    Member("organizationId", _ID),
    Member("parentEntityId", _TEXT, about=("The id of the entity that it belongs to.",)),
    Member("template", TEMPLATE),
    Member("templateId", _ID),
    Member("templateName", _TEXT),
)
SENT_REFERENCE = _shared(
    "SentReference",
    "A reference to an entity, as it is sent: its id.",
    Member("id", _TEXT, is_required=True, is_nullable=False),
)

FILE = _shared(
    "File",
    "A file; `event.biot.download` fetches its content.",
    Member("id", _ID, is_required=True, is_nullable=False),
    Member("name", _TEXT),
    Member("mimeType", _TEXT),
    Member("size", Number(is_whole=True, least=0), about=("Bytes.",)),
    Member("publicUrl", _TEXT),
)
SENT_FILE = _shared(
    "SentFile",
    "A file, as it is sent: the id that `event.biot.upload` returned.",
    Member("id", _ID, is_required=True, is_nullable=False),
)
