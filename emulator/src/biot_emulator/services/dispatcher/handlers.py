"""Handlers of the dispatcher: who intercepts, and who is notified (contract sections 2.11 and 3.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from biot_emulator.api.body_fields import Fields
from biot_emulator.api.call import Call
from biot_emulator.api.errors import BadRequest
from biot_emulator.api.response import ApiResponse
from biot_emulator.api.search import search, search_request
from biot_emulator.services.dispatcher.errors import InvalidActionName, InvalidApiId, InvalidEntityTypeName
from biot_emulator.services.dispatcher.interceptable_apis import InterceptableApis
from biot_emulator.services.dispatcher.interceptions import INTERCEPTION_TYPES, Hook, Interceptions
from biot_emulator.services.dispatcher.notifiable_actions import ACTION_NAMES, ENTITY_TYPE_NAMES
from biot_emulator.services.dispatcher.notification_subscriptions import Action, NotificationSubscriptions

__all__ = ["DispatcherHandlers"]


@dataclass(frozen=True, slots=True)
class DispatcherHandlers:
    """The functions of the route table, with what they use.

    Attributes:
        apis: The APIs that can be intercepted.
        interceptions: The subscriptions of interceptors.
        notifications: The subscriptions to actions.
    """

    apis: InterceptableApis
    interceptions: Interceptions
    notifications: NotificationSubscriptions

    def subscribe_interception(self, call: Call) -> ApiResponse:
        """Subscribe an endpoint to a hook."""
        fields = Fields(call.object)
        _check_endpoint(fields)
        order = fields.integer("executionOrder") if fields.present("executionOrder") else None
        endpoint, hook = self._interception(fields)
        return ApiResponse(201, _rendered_interception(self.interceptions.subscribe(endpoint, hook, order)))

    def unsubscribe_interception(self, call: Call) -> ApiResponse:
        """Remove a subscription to a hook."""
        self.interceptions.unsubscribe(*self._interception(Fields(call.object)))
        return ApiResponse(204)

    def search_interceptions(self, call: Call) -> ApiResponse:
        """Search the subscriptions of interceptors."""
        documents = [_rendered_interception(document) for document in self.interceptions.all()]
        return ApiResponse(200, search(documents, search_request(call)))

    def subscribe_notification(self, call: Call) -> ApiResponse:
        """Subscribe an endpoint to an action."""
        _check_endpoint(Fields(call.object))
        return ApiResponse(201, _rendered_notification(self.notifications.subscribe(*_notification(call))))

    def unsubscribe_notification(self, call: Call) -> ApiResponse:
        """Remove a subscription to an action."""
        self.notifications.unsubscribe(*_notification(call))
        return ApiResponse(204)

    def search_notifications(self, call: Call) -> ApiResponse:
        """Search the subscriptions to actions."""
        page = search(self.notifications.all(), search_request(call))
        return ApiResponse(200, {**page, "data": [_rendered_notification(document) for document in page["data"]]})

    def _interception(self, fields: Fields) -> tuple[str, Hook]:
        """Read an endpoint and its hook; an empty field counts as a missing one."""
        type, endpoint = fields.choice("type", INTERCEPTION_TYPES), fields.text("endpoint")
        api_id, entity_name = fields.optional_text("apiId"), fields.optional_text("entityName")
        filters = fields.texts("pathFilters")
        if type == "ADAPT_ENTITY":
            if api_id:
                raise BadRequest("The field [apiId] must be left out for ADAPT_ENTITY")
            return endpoint, Hook(type, entity_name=self._entity_name(entity_name), path_filters=filters)
        if entity_name:
            self._entity_name(entity_name)
        return endpoint, Hook(type, self._api_id(api_id), entity_name or None, filters)

    def _api_id(self, api_id: str | None) -> str:
        known = self.apis.api_ids()
        if not api_id or self.apis.resolve(api_id)[0] not in known:
            raise InvalidApiId(f"No API that can be intercepted is [{api_id}]", invalidApiId=api_id, validApiIds=known)
        return api_id

    def _entity_name(self, name: str | None) -> str:
        known = self.apis.entity_names()
        if name not in known:
            message = f"No entity type that can be intercepted is [{name}]"
            raise InvalidEntityTypeName(message, invalidEntityType=name, validEntityTypes=known)
        return name


def _check_endpoint(fields: Fields) -> None:
    endpoint = fields.text("endpoint")
    try:
        parts = urlsplit(endpoint)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        valid = False
    if not valid or not endpoint.isprintable() or " " in endpoint:
        raise fields.wrong("endpoint", "must be the URL of a plugin, as [https://plugin.example.org/]")


def _notification(call: Call) -> tuple[str, Action]:
    fields = Fields(call.object)
    entity_type, action = fields.text("entityTypeName"), fields.text("actionName")
    if entity_type not in ENTITY_TYPE_NAMES:
        message = f"No entity type is [{entity_type}]"
        raise InvalidEntityTypeName(message, invalidEntityType=entity_type, validEntityTypes=ENTITY_TYPE_NAMES)
    if action not in ACTION_NAMES:
        message = f"No action is [{action}]"
        raise InvalidActionName(message, invalidActionName=action, validActionNames=ACTION_NAMES)
    return fields.text("endpoint"), Action(entity_type, action, fields.optional_text("templateName") or None)


def _rendered_interception(document: dict[str, Any]) -> dict[str, Any]:
    """Render an interception, whose published schema always has text in both of these fields."""
    texts = {name: document[name] or "" for name in ("apiId", "entityName")}
    return {**_without_nulls(document), **texts}


def _rendered_notification(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in _without_nulls(document).items() if name != "creationTime"}


def _without_nulls(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value is not None}
