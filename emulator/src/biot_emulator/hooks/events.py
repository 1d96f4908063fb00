"""What the platform tells a plugin, by kind of hook (contract sections 1.2, 2.3, 3.2 and 4.2)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from biot_emulator.api.call import Answer, Api, Call
from biot_emulator.fixtures.events import EventKind
from biot_emulator.lambda_function.arn import ACCOUNT, REGION
from biot_emulator.wire_json import decode

__all__ = [
    "Happening",
    "adapt_entity",
    "hook_headers",
    "notification",
    "post_request",
    "pre_request",
    "scheduled_event",
]

_USER_AGENTS = {EventKind.NOTIFICATION: "ReactorNetty/1.2.10"}
_USER_AGENT = "Apache-HttpClient/5.1.4 (Java/17.0.6)"
_ACCEPT = "application/json, application/octet-stream, application/cbor, application/*+json"

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that an API has done.

    Attributes:
        entity_type: The type of the entity that it was done to.
        action: What was done, such as `_create`.
        entity: The entity, as the API shows it.
        old_entity: The entity as it was before an update.
        call: The call that did it.
        start: When the call came.
        end: When it was done.
    """

    entity_type: str
    action: str
    entity: Mapping[str, Any]
    old_entity: Mapping[str, Any] | None
    call: Call
    start: datetime
    end: datetime

    @property
    def template(self) -> str | None:
        """The name of the entity's template."""
        template = self.entity.get("_template")
        return template.get("name") if isinstance(template, Mapping) else None


def hook_headers(kind: EventKind, call: Call, token: str | None) -> dict[str, str]:
    """The headers of the platform's call to a plugin.

    Args:
        kind: The kind of hook.
        call: The call of an API that the plugin is called for.
        token: The platform's token; None where it is in the body.
    """
    headers = {
        "accept": "*/*" if kind is EventKind.NOTIFICATION else _ACCEPT,
        "content-type": "application/json",
        "hooktype": kind.value,
        "traceparent": call.traceparent,
        "user-agent": _USER_AGENTS.get(kind, _USER_AGENT),
    }
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
        if language := call.headers.get("accept-language"):
            headers["accept-language"] = language
    return headers


def pre_request(api: Api, call: Call) -> Body:
    """What a PRE_REQUEST interceptor is told."""
    return {
        **({"initiatorData": _initiator(call)} if call.caller else {}),
        "method": call.method,
        "entityName": api.entity_name,
        "apiId": api.api_id,
        "request": {
            "body": _request_body(call),
            "path": call.path,
            "queryParameters": {name: list(values) for name, values in call.query.items()},
            "headers": dict(call.headers),
            "pathVariables": [{"name": name, "value": value} for name, value in call.variables.items()],
        },
    }


def post_request(api: Api, call: Call, answer: Answer) -> Body:
    """What a POST_REQUEST interceptor is told."""
    response = {"body": answer.body, "httpStatusCode": _status(answer.status_code)}
    return {**pre_request(api, call), "response": response}


def adapt_entity(api: Api, call: Call, status_code: int, entities: list[Any]) -> Body:
    """What an ADAPT_ENTITY interceptor is told."""
    return {**pre_request(api, call), "response": {"entities": entities, "httpStatusCode": _status(status_code)}}


def notification(happening: Happening, token: str) -> Body:
    """What a notification plugin is told."""
    caller = happening.call.caller
    old = happening.old_entity
    return {
        "metadata": {
            "entityTypeName": happening.entity_type,
            "actionName": happening.action,
            "status": "SUCCESS",
            "startTime": _precise(happening.start),
            "endTime": _precise(happening.end),
            "initiator": {
                "subject": {"id": caller.subject_id if caller else None},
                "sourceIpAddress": happening.call.source_ip,
            },
        },
        "data": {"entity": happening.entity, "additionalData": {} if old is None else {"oldEntity": old}},
        "jwt": token,
    }


def scheduled_event(full_name: str, moment: datetime) -> Body:
    """The event of a plugin's schedule: not wrapped in anything."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{full_name}-Schedule"],
        "detail": {},
    }


def _initiator(call: Call) -> dict[str, str]:
    caller = call.caller
    if caller is None:
        return {}
    return {
        "subjectId": caller.subject_id,
        "ownerOrganizationId": caller.organization_id,
        "tokenType": caller.token_type,
    }


def _request_body(call: Call) -> Any:
    """The request's JSON; None where it has none, or none that could be shown."""
    try:
        return decode(call.content) if call.content.strip() else None
    except ValueError:
        return None


def _status(status_code: int) -> str:
    """Write a status as the platform's published schema does (contract section 2.5)."""
    try:
        return f"{status_code} {HTTPStatus(status_code).name}"
    except ValueError:
        return str(status_code)


def _precise(moment: datetime) -> str:
    """Write a moment with up to nine digits of a second, without zeros at its end."""
    digits = f"{moment.microsecond:06d}".rstrip("0")
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}{'.' if digits else ''}{digits}Z"
