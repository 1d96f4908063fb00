"""Makes events of every kind in the platform's exact shape (contract sections 1, 2.3, 3.2 and 4.2).

Every part that a plugin may look at is an argument; for all else there are `fields`, merged into the JSON that the
event carries, and `envelope`, merged into the Lambda event around it. A token stands as `SIGN_ME` until it is signed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any
from urllib.parse import urlencode

from biot_plugin import _json
from biot_plugin._kind import Kind

__all__ = ["SIGN_ME", "adapt_entity", "direct", "notification", "post_request", "pre_request", "scheduled"]

#: Stands where a signed token goes.
SIGN_ME = "SIGN_ME"

JSON = dict[str, Any]
Overrides = Mapping[str, Any]

_TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"
_SUBJECT = "3e256d8d-e5e2-42bf-a091-1e6b4afef2fb"
_ORGANIZATION = "00000000-0000-0000-0000-000000000000"
_URL_ID = "abcdefghijklmnopqrstuvwxyz012345"
_HOST = f"{_URL_ID}.lambda-url.eu-central-1.on.aws"


def pre_request(
    api_id: str,
    *,
    body: JSON | None = None,
    path_variables: Mapping[str, str] | None = None,
    query: Mapping[str, Sequence[str]] | None = None,
    headers: Mapping[str, str] | None = None,
    fields: Overrides | None = None,
    envelope: Overrides | None = None,
) -> JSON:
    """A call on its way to an API.

    Args:
        api_id: Method and path template. A value in place of a variable is fine: it goes into the path.
        body: The call's JSON body.
        path_variables: Values by variable name.
        query: Values by parameter name.
        headers: The caller's headers, beside the usual ones.
        fields: Merged into the event's JSON.
        envelope: Merged into the Lambda event.
    """
    json = _interception(api_id, body, path_variables, query, headers)
    return _interceptor(Kind.PRE_REQUEST, json, fields, envelope)


def post_request(
    api_id: str,
    *,
    body: JSON | None = None,
    status: str = "200 OK",
    request_body: JSON | None = None,
    path_variables: Mapping[str, str] | None = None,
    query: Mapping[str, Sequence[str]] | None = None,
    headers: Mapping[str, str] | None = None,
    fields: Overrides | None = None,
    envelope: Overrides | None = None,
) -> JSON:
    """An API's response on its way to the caller.

    Args:
        api_id: Method and path template.
        body: The response's JSON body.
        status: The status as the platform writes it, such as `"201 CREATED"`.
        request_body: The call's JSON body.
        path_variables: Values by variable name.
        query: Values by parameter name.
        headers: The caller's headers, beside the usual ones.
        fields: Merged into the event's JSON.
        envelope: Merged into the Lambda event.
    """
    json = _interception(api_id, request_body, path_variables, query, headers)
    json["response"] = {"body": body, "httpStatusCode": status}
    return _interceptor(Kind.POST_REQUEST, json, fields, envelope)


def adapt_entity(
    entity_type: str,
    *,
    entities: Sequence[JSON] = (),
    status: str = "200 OK",
    api_id: str | None = None,
    fields: Overrides | None = None,
    envelope: Overrides | None = None,
) -> JSON:
    """The entities of one type in an API's response.

    Args:
        entity_type: Such as `"patient"`.
        entities: The entities.
        status: The status as the platform writes it.
        api_id: The API that returned them; a search of the type where None.
        fields: Merged into the event's JSON.
        envelope: Merged into the Lambda event.
    """
    json = _interception(api_id or f"GET{_collection(entity_type)}", None, None, None, None)
    json["entityName"] = entity_type
    json["response"] = {"entities": list(entities), "httpStatusCode": status}
    return _interceptor(Kind.ADAPT_ENTITY, json, fields, envelope)


def notification(
    entity_type: str,
    action: str,
    *,
    entity: JSON | None = None,
    old_entity: JSON | None = None,
    fields: Overrides | None = None,
    envelope: Overrides | None = None,
) -> JSON:
    """Something that happened to an entity.

    Args:
        entity_type: Such as `"usage-session"`.
        action: With its leading underscore, such as `"_update"`.
        entity: The entity as it is now.
        old_entity: The entity as it was, for an update.
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
            "initiator": {"subject": {"id": _SUBJECT}, "sourceIpAddress": "203.0.113.7:5000"},
        },
        "data": {
            "entity": entity or {},
            "additionalData": {} if old_entity is None else {"oldEntity": old_entity},
        },
        "jwt": SIGN_ME,
    }
    own = {"hooktype": Kind.NOTIFICATION.value, "traceparent": _TRACEPARENT, "user-agent": "ReactorNetty/1.2.10"}
    return _enveloped(own, _merged(json, fields), envelope)


def scheduled(*, time: str = "2026-01-02T03:45:00Z", name: str = "demo", envelope: Overrides | None = None) -> JSON:
    """The plugin's schedule fired.

    Args:
        time: When, in UTC.
        name: The plugin's name, without the platform's prefix.
        envelope: Merged into the event, which has no envelope of its own.
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
    return _merged(event, envelope)


def direct(
    method: str = "GET",
    path: str = "/",
    *,
    query: Mapping[str, str] | None = None,
    body: JSON | str | None = None,
    headers: Mapping[str, str] | None = None,
    token: str | None = SIGN_ME,
    envelope: Overrides | None = None,
) -> JSON:
    """A call of the plugin's own address.

    Args:
        method: The HTTP method.
        path: The path.
        query: Values by parameter name.
        body: Text as it is, anything else as JSON; None for no body.
        headers: Headers beside the usual ones.
        token: The caller's bearer token; None for a caller without one.
        envelope: Merged into the Lambda event.
    """
    own = {"user-agent": "curl/8.5.0"} | ({"authorization": f"Bearer {token}"} if token else {}) | dict(headers or {})
    event = _enveloped(own, body, None)
    event |= {"rawPath": path, "rawQueryString": urlencode(query or {})}
    event["requestContext"]["http"] |= {"method": method, "path": path, "userAgent": own["user-agent"]}
    if query:
        event["queryStringParameters"] = dict(query)
    return _merged(event, envelope)


def _interception(
    api_id: str,
    body: JSON | None,
    path_variables: Mapping[str, str] | None,
    query: Mapping[str, Sequence[str]] | None,
    headers: Mapping[str, str] | None,
) -> JSON:
    method, _, template = api_id.partition("/")
    variables = dict(path_variables or {})
    path = f"/{template}"
    for name, value in variables.items():
        path = path.replace(f"{{{name}}}", value)
    own = {
        "authorization": "Bearer CALLER_TOKEN",
        "content-type": "application/json",
        "accept": "application/json",
        "accept-language": "en-us",
        "host": "api.example.org",
        "user-agent": "Mozilla/5.0",
        "traceparent": _TRACEPARENT,
    }
    return {
        "initiatorData": {"subjectId": _SUBJECT, "ownerOrganizationId": _ORGANIZATION, "tokenType": "USER"},
        "method": method,
        "entityName": _entity_type(template),
        "apiId": api_id,
        "request": {
            "body": body,
            "path": path,
            "queryParameters": {name: list(values) for name, values in (query or {}).items()},
            "headers": own | dict(headers or {}),
            "pathVariables": [{"name": name, "value": value} for name, value in variables.items()],
        },
    }


def _interceptor(kind: Kind, json: JSON, fields: Overrides | None, envelope: Overrides | None) -> JSON:
    own = {
        "hooktype": kind.value,
        "authorization": f"Bearer {SIGN_ME}",
        "traceparent": _TRACEPARENT,
        "accept-language": "en-us",
        "user-agent": "Apache-HttpClient/5.1.4 (Java/17.0.6)",
    }
    return _enveloped(own, _merged(json, fields), envelope)


def _enveloped(headers: Mapping[str, str], body: JSON | str | None, envelope: Overrides | None) -> JSON:
    content = body if isinstance(body, str) or body is None else _json.dumps(body)
    event: JSON = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/",
        "rawQueryString": "",
        "headers": {
            "accept": "*/*",
            "content-type": "application/json",
            "host": _HOST,
            "x-amzn-trace-id": "Root=1-66000000-000000000000000000000001",
            "x-amzn-tls-version": "TLSv1.3",
            "x-amzn-tls-cipher-suite": "TLS_AES_128_GCM_SHA256",
            "x-forwarded-for": "203.0.113.10",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
            **headers,
        },
        "requestContext": {
            "accountId": "anonymous",
            "apiId": _URL_ID,
            "domainName": _HOST,
            "domainPrefix": _URL_ID,
            "http": {
                "method": "POST",
                "path": "/",
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.10",
                "userAgent": headers["user-agent"],
            },
            "requestId": "11111111-2222-4333-8444-555555555555",
            "routeKey": "$default",
            "stage": "$default",
            "time": "02/Jan/2026:03:04:05 +0000",
            "timeEpoch": 1767323045000,
        },
        "isBase64Encoded": False,
    }
    if content is not None:
        event["headers"]["content-length"] = str(len(content.encode()))
        event["body"] = content
    return _merged(event, envelope)


def _merged(json: JSON, overrides: Overrides | None) -> JSON:
    """The object with the overrides in it: objects are merged, everything else is replaced."""
    merged = deepcopy(json)
    for name, value in (overrides or {}).items():
        inner = merged.get(name)
        merged[name] = _merged(inner, value) if isinstance(inner, dict) and isinstance(value, Mapping) else value
    return merged


_COLLECTIONS = {
    "caregiver": "/organization/v1/users/caregivers",
    "command": "/device/v1/devices/commands",
    "device": "/device/v2/devices",
    "device-alert": "/device/v1/devices/alerts",
    "generic-entity": "/generic-entity/v1/generic-entities",
    "organization": "/organization/v1/organizations",
    "organization-user": "/organization/v1/users/organizations",
    "patient": "/organization/v1/users/patients",
    "patient-alert": "/organization/v1/users/patients/alerts",
    "usage-session": "/device/v1/devices/usage-sessions",
}


def _collection(entity_type: str) -> str:
    return _COLLECTIONS.get(entity_type, f"/{entity_type}/v1/{entity_type}")


def _entity_type(template: str) -> str:
    """The entity type of an API, by the longest collection that its path lies in."""
    fitting = [(len(path), name) for name, path in _COLLECTIONS.items() if f"/{template}/".startswith(f"{path}/")]
    return max(fitting)[1] if fitting else template.rpartition("/")[2]
