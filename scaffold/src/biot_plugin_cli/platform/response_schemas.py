"""The expected shapes of the platform's responses, as far as anything is read from them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from biot_plugin_cli.platform.errors import NotThePlatform

__all__ = [
    "ANYTHING",
    "INTERCEPTABLE",
    "INTERCEPTION",
    "NEW_SECRET_KEY",
    "NOTIFICATION_SUBSCRIPTION",
    "PLUGIN",
    "ROLE",
    "SERVICE_TOKEN",
    "SERVICE_USER",
    "USER_TOKEN",
    "Schema",
    "page_of",
    "parse",
]

Schema: TypeAlias = "type | Mapping[str, Schema] | list[Schema]"
"""A type, an object that has at least these fields, or a list of such values."""

ANYTHING: Schema = object
SERVICE_TOKEN: Schema = {"accessToken": str}
"""The response to a service user's log-in (contract section 5.3)."""
USER_TOKEN: Schema = {"accessJwt": {"token": str}}
"""The response to a person's log-in (contract section 5.5)."""
PLUGIN: Schema = {"name": str, "version": int, "lastModifiedTime": str}
"""A plugin (contract section 6.5)."""
INTERCEPTABLE: Schema = {"entityTypeName": str}
"""An API or entity type that can be intercepted (contract section 6.7)."""
INTERCEPTION: Schema = {"type": str, "endpoint": str, "executionOrder": int}
"""An interception at the dispatcher (contract section 2.11)."""
NOTIFICATION_SUBSCRIPTION: Schema = {"entityTypeName": str, "actionName": str, "endpoint": str}
"""A subscription to an action at the dispatcher (contract section 3.5)."""
SERVICE_USER: Schema = {"id": str, "roleId": str}
"""A service user (contract section 5.4)."""
ROLE: Schema = {"id": str}
"""A role (contract section 5.4)."""
NEW_SECRET_KEY: Schema = {"secretKey": str}
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
        document = json.loads(content) if content else None
    except ValueError as error:
        raise NotThePlatform(base_url) from error
    if not _matches(schema, document):
        raise NotThePlatform(base_url)
    return document


def _matches(schema: Schema, value: Any) -> bool:
    if isinstance(schema, type):
        return isinstance(value, schema)
    if isinstance(schema, list):
        return isinstance(value, list) and all(_matches(schema[0], item) for item in value)
    return isinstance(value, dict) and all(_matches(field, value.get(name)) for name, field in schema.items())
