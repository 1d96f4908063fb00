"""Factories for events of every kind, in the platform's exact format (contract sections 1, 2.3, 3.2 and 4.2).

The parts that plugins usually read are arguments. For everything else there are `fields`, merged into the event's JSON,
and `envelope`, merged into the Lambda event around it. `SIGN_ME` is the placeholder for a signed token. Bodies and
entities are JSON, or values of models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import biot_plugin.testing.event_shapes as event_shapes
from biot_plugin.testing.event_shapes import JSON, SIGN_ME, Body, Overrides
from biot_plugin.testing.json_forms import plain
from biot_plugin.wire.kind import Kind

__all__ = ["SIGN_ME", "adapt_entity", "direct", "notification", "post_request", "pre_request", "scheduled"]


def pre_request(
    api_id: str,
    *,
    body: Body = None,
    path_variables: Mapping[str, str] | None = None,
    query: Mapping[str, Sequence[str]] | None = None,
    headers: Mapping[str, str] | None = None,
    fields: Overrides | None = None,
    envelope: Overrides | None = None,
) -> JSON:
    """Create a PRE_REQUEST event: a call on its way to an API.

    Args:
        api_id: Method and path template. A value may replace a variable: it becomes part of the path.
        body: The call's JSON body.
        path_variables: Values by variable name.
        query: Values by parameter name.
        headers: The caller's headers, in addition to the usual ones.
        fields: Merged into the event's JSON.
        envelope: Merged into the Lambda event.
    """
    json = event_shapes.interception(api_id, plain(body), path_variables, query, headers)
    return event_shapes.interceptor(Kind.PRE_REQUEST, json, fields, envelope)


def post_request(
    api_id: str,
    *,
    body: Body = None,
    status: str = "200 OK",
    request_body: Body = None,
    path_variables: Mapping[str, str] | None = None,
    query: Mapping[str, Sequence[str]] | None = None,
    headers: Mapping[str, str] | None = None,
    fields: Overrides | None = None,
    envelope: Overrides | None = None,
) -> JSON:
    """Create a POST_REQUEST event: an API's response on its way to the caller.

    Args:
        api_id: Method and path template.
        body: The response's JSON body.
        status: The status as the platform writes it, such as `"201 CREATED"`.
        request_body: The call's JSON body.
        path_variables: Values by variable name.
        query: Values by parameter name.
        headers: The caller's headers, in addition to the usual ones.
        fields: Merged into the event's JSON.
        envelope: Merged into the Lambda event.
    """
    json = event_shapes.interception(api_id, plain(request_body), path_variables, query, headers)
    json["response"] = {"body": plain(body), "httpStatusCode": status}
    return event_shapes.interceptor(Kind.POST_REQUEST, json, fields, envelope)


def adapt_entity(
    entity_type: str,
    *,
    entities: Sequence[Body] = (),
    status: str = "200 OK",
    api_id: str | None = None,
    fields: Overrides | None = None,
    envelope: Overrides | None = None,
) -> JSON:
    """Create an ADAPT_ENTITY event: the entities of one type in an API's response.

    Args:
        entity_type: Such as `"patient"`.
        entities: The entities.
        status: The status as the platform writes it.
        api_id: The API that returned them; the search API of the type where None.
        fields: Merged into the event's JSON.
        envelope: Merged into the Lambda event.
    """
    json = event_shapes.interception(api_id or f"GET{event_shapes.collection(entity_type)}", None, None, None, None)
    json["entityName"] = entity_type
    json["response"] = {"entities": [plain(entity) for entity in entities], "httpStatusCode": status}
    return event_shapes.interceptor(Kind.ADAPT_ENTITY, json, fields, envelope)


def notification(
    entity_type: str,
    action: str,
    *,
    entity: Body = None,
    old_entity: Body = None,
    fields: Overrides | None = None,
    envelope: Overrides | None = None,
) -> JSON:
    """Create a notification: something happened to an entity.

    Args:
        entity_type: Such as `"usage-session"`.
        action: With its leading underscore, such as `"_update"`.
        entity: The entity as it is now.
        old_entity: The entity before an update.
        fields: Merged into the event's JSON.
        envelope: Merged into the Lambda event.
    """
    json: JSON = {
        "metadata": {
            "entityTypeName": entity_type,
            "actionName": action,
            "status": "SUCCESS",
            "startTime": "2026-01-02T03:04:05.123456789Z",
            "endTime": "2026-01-02T03:04:05.4Z",
            "initiator": {"subject": {"id": event_shapes.SUBJECT}, "sourceIpAddress": "203.0.113.7:5000"},
        },
        "data": {
            "entity": {} if entity is None else plain(entity),
            "additionalData": {} if old_entity is None else {"oldEntity": plain(old_entity)},
        },
        "jwt": SIGN_ME,
    }
    headers = {
        "hooktype": Kind.NOTIFICATION.value,
        "traceparent": event_shapes.TRACEPARENT,
        "user-agent": "ReactorNetty/1.2.10",
    }
    return event_shapes.enveloped(headers, event_shapes.merged(json, fields), envelope)


def scheduled(*, time: str = "2026-01-02T03:45:00Z", name: str = "demo", envelope: Overrides | None = None) -> JSON:
    """Create a scheduled event.

    Args:
        time: When the schedule fired, in UTC.
        name: The plugin's name, without the platform's prefix.
        envelope: Merged into the event.
    """
    event = {
        "version": "0",
        "id": "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": time,
        "region": "eu-central-1",
        "resources": [f"arn:aws:events:eu-central-1:123456789012:rule/Plugin-{name}-Schedule"],
        "detail": {},
    }
    return event_shapes.merged(event, envelope)


def direct(
    method: str = "GET",
    path: str = "/",
    *,
    query: Mapping[str, str] | None = None,
    body: Body = None,
    headers: Mapping[str, str] | None = None,
    token: str | None = SIGN_ME,
    envelope: Overrides | None = None,
) -> JSON:
    """Create a direct call of the plugin's own URL.

    Args:
        method: The HTTP method.
        path: The path.
        query: Values by parameter name.
        body: Text as it is, anything else as JSON; None for no body.
        headers: Headers in addition to the usual ones.
        token: The caller's bearer token; None for a caller without one.
        envelope: Merged into the Lambda event.
    """
    all_headers = (
        {"user-agent": "curl/8.5.0"} | ({"authorization": f"Bearer {token}"} if token else {}) | dict(headers or {})
    )
    event = event_shapes.enveloped(all_headers, plain(body), None)
    event |= {"rawPath": path, "rawQueryString": urlencode(query or {})}
    event["requestContext"]["http"] |= {"method": method, "path": path, "userAgent": all_headers["user-agent"]}
    if query:
        event["queryStringParameters"] = dict(query)
    return event_shapes.merged(event, envelope)
