"""The APIs of the dispatcher: who intercepts, and who is told (contract sections 2.11 and 3.5)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from biot_emulator.api.body_fields import Fields
from biot_emulator.api.call import Answer, Api, Call
from biot_emulator.api.search import search, search_request
from biot_emulator.errors import BadRequest
from biot_emulator.platform import Platform
from biot_emulator.services.dispatcher.catalog import (
    ACTION_NAMES,
    ENTITY_TYPE_NAMES,
    interceptable_api_ids,
    interceptable_entities,
)
from biot_emulator.services.dispatcher.subscriptions import Subscriptions
from biot_emulator.services.errors import InvalidActionName, InvalidApiId, InvalidEntityTypeName

__all__ = ["DispatcherApi"]

_TYPES = ("PRE_REQUEST", "POST_REQUEST", "ADAPT_ENTITY")
_INTERCEPTIONS = "/dispatcher/v1/hooks/interceptions"
_NOTIFICATIONS = "/dispatcher/v1/hooks/notifications"


class DispatcherApi:
    """Registers the APIs, and answers them."""

    def __init__(self, platform: Platform, subscriptions: Subscriptions) -> None:
        self._router = platform.router
        self._subscriptions = subscriptions
        subscribe, unsubscribe = "DISPATCHER_SUBSCRIPTIONS_SUBSCRIBE", "DISPATCHER_SUBSCRIPTIONS_UNSUBSCRIBE"
        platform.router.add(
            [
                Api("POST", f"{_INTERCEPTIONS}/subscribe", self._intercept, "HOOKS_INTERCEPTION_CREATE"),
                Api("POST", f"{_INTERCEPTIONS}/unsubscribe", self._ignore, "HOOKS_INTERCEPTION_DELETE"),
                Api("GET", _INTERCEPTIONS, self._interceptions, "HOOKS_INTERCEPTION_SEARCH"),
                Api("POST", f"{_NOTIFICATIONS}/subscribe", self._notify, subscribe),
                Api("POST", f"{_NOTIFICATIONS}/unsubscribe", self._forget, unsubscribe),
                Api("GET", _NOTIFICATIONS, self._notifications, "DISPATCHER_SUBSCRIPTIONS_SEARCH"),
            ]
        )

    def _intercept(self, call: Call) -> Answer:
        fields = Fields(call.object)
        _check_endpoint(fields)
        order = fields.integer("executionOrder") if fields.present("executionOrder") else None
        interception = self._subscriptions.intercept(**self._interception(fields), order=order)
        return Answer(201, _shown(interception))

    def _ignore(self, call: Call) -> Answer:
        self._subscriptions.ignore(**self._interception(Fields(call.object)))
        return Answer(204)

    def _interceptions(self, call: Call) -> Answer:
        shown = [_shown(one) for one in self._subscriptions.interceptions()]
        return Answer(200, search(shown, search_request(call)))

    def _notify(self, call: Call) -> Answer:
        _check_endpoint(Fields(call.object))
        return Answer(201, _shown_notification(self._subscriptions.notify(*_notification(call))))

    def _forget(self, call: Call) -> Answer:
        self._subscriptions.forget(*_notification(call))
        return Answer(204)

    def _notifications(self, call: Call) -> Answer:
        page = search(self._subscriptions.notifications(), search_request(call))
        return Answer(200, {**page, "data": [_shown_notification(one) for one in page["data"]]})

    def _interception(self, fields: Fields) -> dict[str, Any]:
        """The arguments that name an interception; a field that is empty is one that is missing."""
        type, endpoint = fields.choice("type", _TYPES), fields.text("endpoint")
        api_id, entity_name = fields.optional_text("apiId"), fields.optional_text("entityName")
        named: dict[str, Any] = {"type": type, "endpoint": endpoint, "path_filters": fields.texts("pathFilters")}
        if type == "ADAPT_ENTITY":
            if api_id:
                raise BadRequest("The field [apiId] must be left out for ADAPT_ENTITY")
            return {**named, "entity_name": self._entity_name(entity_name)}
        if entity_name:
            self._entity_name(entity_name)
        return {**named, "api_id": self._api_id(api_id), "entity_name": entity_name or None}

    def _api_id(self, api_id: str | None) -> str:
        known = interceptable_api_ids(self._router)
        if not api_id or self._subscriptions.template_of(api_id)[0] not in known:
            raise InvalidApiId(f"No API that can be intercepted is [{api_id}]", invalidApiId=api_id, validApiIds=known)
        return api_id

    def _entity_name(self, name: str | None) -> str:
        known = interceptable_entities(self._router)
        if name not in known:
            message = f"No entity type that can be intercepted is [{name}]"
            raise InvalidEntityTypeName(message, invalidEntityType=name, validEntityTypes=known)
        return name


def _check_endpoint(fields: Fields) -> None:
    endpoint = fields.text("endpoint")
    try:
        parts = urlsplit(endpoint)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or not endpoint.isprintable() or " " in endpoint:
        raise fields.wrong("endpoint", "must be the URL of a plugin, as [https://plugin.example.org/]")


def _notification(call: Call) -> tuple[str, str, str, str | None]:
    fields = Fields(call.object)
    entity_type, action = fields.text("entityTypeName"), fields.text("actionName")
    if entity_type not in ENTITY_TYPE_NAMES:
        message = f"No entity type is [{entity_type}]"
        raise InvalidEntityTypeName(message, invalidEntityType=entity_type, validEntityTypes=ENTITY_TYPE_NAMES)
    if action not in ACTION_NAMES:
        message = f"No action is [{action}]"
        raise InvalidActionName(message, invalidActionName=action, validActionNames=ACTION_NAMES)
    return entity_type, action, fields.text("endpoint"), fields.optional_text("templateName") or None


def _shown(one: dict[str, Any]) -> dict[str, Any]:
    """An interception as the API shows it, whose schema has texts in both of these fields always."""
    texts = {name: one[name] or "" for name in ("apiId", "entityName")}
    return {**_without_nulls(one), **texts}


def _shown_notification(one: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in _without_nulls(one).items() if name != "creationTime"}


def _without_nulls(one: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if value is not None}
