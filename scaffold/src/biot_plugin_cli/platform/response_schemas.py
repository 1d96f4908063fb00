"""The expected shapes of the platform's responses: the one door at which they are read.

Whatever is read from a response anywhere is in its schema, so that nobody else has to ask for its type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import NoneType
from typing import Any, TypeAlias

from biot_plugin_cli.http.json_document import read_json
from biot_plugin_cli.platform.errors import NotThePlatform

__all__ = [
    "ANYTHING",
    "CODE_CONFIG",
    "IMAGE_REPOSITORY",
    "INTERCEPTABLE",
    "INTERCEPTION",
    "NEW_SECRET_KEY",
    "NOTIFIABLE",
    "NOTIFICATION_SUBSCRIPTION",
    "PLUGIN",
    "ROLE",
    "SERVICE_TOKEN",
    "SERVICE_USER",
    "TEMPLATE_NAME",
    "USER_TOKEN",
    "Schema",
    "matches",
    "page_of",
    "parse",
]

Schema: TypeAlias = "type | re.Pattern[str] | Mapping[str, Schema] | list[Schema] | tuple[Schema, ...]"
"""A type, a text of a form, an object that has these fields and any others, a list of such values, or one of several
schemas; a field that is missing is as good as null."""

ANYTHING: Schema = object

_TEXT: Schema = (str, NoneType)
_NUMBER: Schema = (int, NoneType)
# What a header can have. Where a token has anything else, the error of the connection would quote it.
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")
# Names are compared with others, which takes long for long ones.
_NAME = re.compile(r"(?s).{1,1000}")
_INTERCEPTION: Schema = {
    "type": _TEXT,
    "apiId": _TEXT,
    "entityTypeName": _TEXT,
    "templateName": _TEXT,
    "order": _NUMBER,
}
_NOTIFICATION: Schema = {"entityTypeName": _TEXT, "actionName": _TEXT, "templateName": _TEXT}

_SUBSCRIPTIONS: Schema = {
    "interceptionOrder": _NUMBER,
    "interceptions": ([_INTERCEPTION], NoneType),
    "notifications": ([_NOTIFICATION], NoneType),
}

SERVICE_TOKEN: Schema = {"accessToken": _TOKEN}
"""The response to a service user's log-in (contract section 5.3)."""
USER_TOKEN: Schema = {"accessJwt": {"token": _TOKEN}}
"""The response to a person's log-in (contract section 5.5)."""
PLUGIN: Schema = {
    "name": str,
    "version": int,
    "lastModifiedTime": str,
    "displayName": _TEXT,
    "deploymentPackageType": _TEXT,
    "enabledState": _TEXT,
    "runtime": _TEXT,
    "handler": _TEXT,
    "cronSchedule": _TEXT,
    "endpointUrl": _TEXT,
    "linkToConsole": _TEXT,
    "cors": (dict, NoneType),
    "subscriptions": (_SUBSCRIPTIONS, NoneType),
}
"""A plugin (contract section 6.5). Its environment variables are read by `deploy.variables`, which knows what to do if
they have another form."""
CODE_CONFIG: Schema = {
    "handler": _TEXT,
    "runtime": _TEXT,
    "cronSchedule": _TEXT,
    "subscriptions": (_SUBSCRIPTIONS, NoneType),
}
"""The part of a plugin's configuration that belongs to its code."""
INTERCEPTABLE: Schema = {"entityTypeName": _NAME, "apiId": (_NAME, NoneType)}
"""An API or entity type that can be intercepted (contract section 6.7)."""
NOTIFIABLE: Schema = {"entityName": _NAME, "actionName": _NAME}
"""An action that there are notifications of (contract section 3.3)."""
TEMPLATE_NAME: Schema = {"name": _NAME, "entityTypeName": _NAME}
"""A template in its minimized form."""
INTERCEPTION: Schema = {"type": str, "endpoint": str, "executionOrder": int}
"""An interception at the dispatcher (contract section 2.11)."""
NOTIFICATION_SUBSCRIPTION: Schema = {"entityTypeName": str, "actionName": str, "endpoint": str}
"""A subscription to an action at the dispatcher (contract section 3.5)."""
SERVICE_USER: Schema = {"id": str, "roleId": str}
"""A service user (contract section 5.4)."""
ROLE: Schema = {"id": str}
"""A role (contract section 5.4)."""
IMAGE_REPOSITORY: Schema = {
    "repositoryUri": re.compile(r"[\x21-\x7e]{1,1000}"),
    "region": re.compile(r"[a-z0-9-]{1,50}"),
    "credentials": {"accessKeyId": _TOKEN, "secretAccessKey": _TOKEN, "sessionToken": _TOKEN},
}
"""The repository for images, and credentials for it (contract section 7.2)."""
NEW_SECRET_KEY: Schema = {"id": str, "secretKey": str}
"""A new secret key of a service user (contract section 5.4)."""


def page_of(schema: Schema) -> Schema:
    """Return the schema of a page of search results (contract section 5.6)."""
    return {"data": [schema]}


def parse(content: bytes, schema: Schema, base_url: str) -> Any:
    """Parse the body of a successful response.

    Args:
        content: The body; an empty one is parsed as None.
        schema: The expected shape.
        base_url: The URL that responded.

    Raises:
        NotThePlatform: The body is not JSON, or has another shape.
    """
    try:
        document = read_json(content) if content else None
    except ValueError as error:
        raise NotThePlatform(base_url) from error
    if not matches(schema, document):
        raise NotThePlatform(base_url)
    return document


def matches(schema: Schema, value: Any) -> bool:
    """Tell whether a JSON value has the shape of a schema."""
    if isinstance(schema, type):
        # To Python, true and false are numbers.
        return isinstance(value, schema) and (schema is not int or not isinstance(value, bool))
    if isinstance(schema, re.Pattern):
        return isinstance(value, str) and bool(schema.fullmatch(value))
    if isinstance(schema, tuple):
        return any(matches(alternative, value) for alternative in schema)
    if isinstance(schema, list):
        return isinstance(value, list) and all(matches(schema[0], item) for item in value)
    return isinstance(value, dict) and all(matches(field, value.get(name)) for name, field in schema.items())
