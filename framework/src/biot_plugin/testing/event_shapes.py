"""The parts that events have in common: envelope, headers, the intercepted request (contract sections 1 and 2.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from biot_plugin.wire import strict_json
from biot_plugin.wire.kind import Kind

JSON = dict[str, Any]
Overrides = Mapping[str, Any]
#: JSON, or a value of a model.
Body = Any

#: Placeholder for a signed token.
SIGN_ME = "SIGN_ME"

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"
SUBJECT = "3e256d8d-e5e2-42bf-a091-1e6b4afef2fb"
_ORGANIZATION = "00000000-0000-0000-0000-000000000000"
_URL_ID = "abcdefghijklmnopqrstuvwxyz012345"
_HOST = f"{_URL_ID}.lambda-url.eu-central-1.on.aws"


def interception(
    api_id: str,
    body: JSON | None,
    path_variables: Mapping[str, str] | None,
    query: Mapping[str, Sequence[str]] | None,
    headers: Mapping[str, str] | None,
) -> JSON:
    """Build the members that all interceptor events share: the initiator, the API and the request."""
    method, _, template = api_id.partition("/")
    variables = dict(path_variables or {})
    path = f"/{template}"
    for name, value in variables.items():
        path = path.replace(f"{{{name}}}", value)
    default_headers = {
        "authorization": "Bearer CALLER_TOKEN",
        "content-type": "application/json",
        "accept": "application/json",
        "accept-language": "en-us",
        "host": "api.example.org",
        "user-agent": "Mozilla/5.0",
        "traceparent": TRACEPARENT,
    }
    return {
        "initiatorData": {"subjectId": SUBJECT, "ownerOrganizationId": _ORGANIZATION, "tokenType": "USER"},
        "method": method,
        "entityName": _entity_type(template),
        "apiId": api_id,
        "request": {
            "body": body,
            "path": path,
            "queryParameters": {name: list(values) for name, values in (query or {}).items()},
            "headers": default_headers | dict(headers or {}),
            "pathVariables": [{"name": name, "value": value} for name, value in variables.items()],
        },
    }


def interceptor(kind: Kind, json: JSON, fields: Overrides | None, envelope: Overrides | None) -> JSON:
    """Wrap the JSON of an interceptor event in its envelope."""
    default_headers = {
        "hooktype": kind.value,
        "authorization": f"Bearer {SIGN_ME}",
        "traceparent": TRACEPARENT,
        "accept-language": "en-us",
        "user-agent": "Apache-HttpClient/5.1.4 (Java/17.0.6)",
    }
    return enveloped(default_headers, merged(json, fields), envelope)


def enveloped(headers: Mapping[str, str], body: JSON | str | None, envelope: Overrides | None) -> JSON:
    """Wrap a body in a function URL request."""
    content = body if isinstance(body, str) or body is None else strict_json.dumps(body)
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
    return merged(event, envelope)


def merged(json: JSON, overrides: Overrides | None) -> JSON:
    """Merge overrides into an object: objects are merged recursively, other values replaced."""
    result = deepcopy(json)
    for name, value in (overrides or {}).items():
        inner = result.get(name)
        result[name] = merged(inner, value) if isinstance(inner, dict) and isinstance(value, Mapping) else value
    return result


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


def collection(entity_type: str) -> str:
    """Return the path of the API that searches an entity type."""
    return _COLLECTIONS.get(entity_type, f"/{entity_type}/v1/{entity_type}")


def _entity_type(template: str) -> str:
    """The entity type of an API: that of the longest collection path that its path starts with."""
    matches = [(len(path), name) for name, path in _COLLECTIONS.items() if f"/{template}/".startswith(f"{path}/")]
    return max(matches)[1] if matches else template.rpartition("/")[2]
