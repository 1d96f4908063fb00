"""The route table of templates and entity types."""

from __future__ import annotations

from biot_emulator.api.route import Route
from biot_emulator.services.templates.handlers import TemplateHandlers

__all__ = ["TEMPLATE_ROUTES"]

_TEMPLATES = "/settings/v1/templates"
_TEMPLATE = f"{_TEMPLATES}/{{templateId}}"
#: A template with as many attributes as it can have.
_MAX_BODY = 2 * 1024 * 1024

_Handlers = TemplateHandlers

TEMPLATE_ROUTES = (
    Route("GET", _TEMPLATES, _Handlers.search, "SETTINGS_SEARCH_TEMPLATE"),
    Route("POST", _TEMPLATES, _Handlers.create, "SETTINGS_CREATE_TEMPLATE", max_body=_MAX_BODY),
    Route("GET", f"{_TEMPLATES}/minimized", _Handlers.search_minimized, "SETTINGS_MINIMIZED_SEARCH_TEMPLATE"),
    Route("GET", _TEMPLATE, _Handlers.read, "SETTINGS_GET_TEMPLATE"),
    Route("PUT", _TEMPLATE, _Handlers.update, "SETTINGS_UPDATE_TEMPLATE", max_body=_MAX_BODY),
    Route("DELETE", _TEMPLATE, _Handlers.delete, "SETTINGS_DELETE_TEMPLATE"),
    Route("GET", f"{_TEMPLATE}/overview", _Handlers.overview, "SETTINGS_GET_TEMPLATE_OVERVIEW"),
    Route("GET", "/settings/v1/entity-types", _Handlers.list_entity_types, "SETTINGS_GET_ENTITY_TYPES"),
    Route("GET", "/settings/v2/entity-types", _Handlers.search_entity_types, "SETTINGS_SEARCH_ENTITY_TYPES"),
)
"""Every API of templates and entity types, with the function that handles it and the permission that it requires."""
