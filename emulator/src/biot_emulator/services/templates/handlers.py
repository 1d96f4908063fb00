"""Handlers of templates and entity types (contract section 13.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from biot_emulator.api.body_fields import uuid_variable
from biot_emulator.api.call import Call
from biot_emulator.api.errors import BadRequest
from biot_emulator.api.response import ApiResponse
from biot_emulator.api.search import search, search_request
from biot_emulator.services.templates.catalogue import Templates
from biot_emulator.services.templates.changes import TemplateChanges
from biot_emulator.services.templates.definitions import Template
from biot_emulator.services.templates.documents import entity_type_documents

__all__ = ["TemplateHandlers"]

_ATTRIBUTES = ("builtInAttributes", "customAttributes", "templateAttributes")
_NULLABLE = ("value",)

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TemplateHandlers:
    """The functions of the route table, with what they use.

    Attributes:
        templates: The templates.
        changes: Changes them.
    """

    templates: Templates
    changes: TemplateChanges

    def create(self, call: Call) -> ApiResponse:
        """Create a template."""
        _check_force(call)
        return ApiResponse(201, _rendered(self.changes.create(call.object)))

    def read(self, call: Call) -> ApiResponse:
        """Return a template."""
        return ApiResponse(200, _rendered(self.templates.read(_id(call))))

    def update(self, call: Call) -> ApiResponse:
        """Change a template."""
        _check_force(call)
        return ApiResponse(200, _rendered(self.changes.update(_id(call), call.object)))

    def delete(self, call: Call) -> ApiResponse:
        """Remove a template."""
        _check_force(call)
        self.changes.delete(_id(call))
        return ApiResponse(204)

    def overview(self, call: Call) -> ApiResponse:
        """Return who uses a template."""
        return ApiResponse(200, _without_nulls(self.changes.overview(_id(call))))

    def search(self, call: Call) -> ApiResponse:
        """Search templates."""
        return ApiResponse(200, search([_rendered(template) for template in self.templates], search_request(call)))

    def search_minimized(self, call: Call) -> ApiResponse:
        """Search templates, and return them without their attributes."""
        page = search([_rendered(template) for template in self.templates], search_request(call))
        return ApiResponse(200, {**page, "data": [_minimized(document) for document in page["data"]]})

    def list_entity_types(self, _: Call) -> ApiResponse:
        """Return the entity types."""
        return ApiResponse(200, {"entityTypes": _without_nulls(entity_type_documents())})

    def search_entity_types(self, call: Call) -> ApiResponse:
        """Search the entity types."""
        # The oldest come last, and these are in the order of the table.
        documents = _without_nulls(entity_type_documents())[::-1]
        return ApiResponse(200, search(documents, search_request(call)))


def _id(call: Call) -> str:
    return uuid_variable(call, "templateId")


def _check_force(call: Call) -> None:
    """Check the parameter that would go on in spite of effects on other services, of which there are none here."""
    values = call.query.get("force", ())
    if any(value not in ("true", "false") for value in values):
        raise BadRequest("The parameter [force] must be true or false")


def _rendered(template: Template) -> Document:
    document: Document = _without_nulls({name: value for name, value in template.document.items() if name != "open"})
    return document


def _minimized(document: Document) -> Document:
    return {name: value for name, value in document.items() if name not in _ATTRIBUTES}


def _without_nulls(value: Any) -> Any:
    """Return a document by its published schema, which has no nulls but for values of any type."""
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None or name in _NULLABLE}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value
