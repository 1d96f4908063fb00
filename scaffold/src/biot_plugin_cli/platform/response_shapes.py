"""What the platform's answers look like, as far as anything is read from them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from biot_plugin_cli.platform.errors import NotThePlatform

__all__ = [
    "ANYTHING",
    "INTERCEPTABLE",
    "PLUGIN",
    "SERVICE_TOKEN",
    "USER_TOKEN",
    "Shape",
    "page_of",
    "read_answer",
]

Shape: TypeAlias = "type | Mapping[str, Shape] | list[Shape]"
"""A type, an object that has at least these fields, or a list of such values."""

ANYTHING: Shape = object
SERVICE_TOKEN: Shape = {"accessToken": str}
"""What a service user logs in with (contract section 5.3)."""
USER_TOKEN: Shape = {"accessJwt": {"token": str}}
"""What a person logs in with (contract section 5.5)."""
PLUGIN: Shape = {"name": str, "version": int, "lastModifiedTime": str}
"""A plugin (contract section 6.5)."""
INTERCEPTABLE: Shape = {"entityTypeName": str}
"""Something that can be intercepted (contract section 6.7)."""


def page_of(shape: Shape) -> Shape:
    """The shape of a search's page (contract section 5.6)."""
    return {"data": [shape]}


def read_answer(content: bytes, shape: Shape, base_url: str) -> Any:
    """Decode an answer that tells of success.

    Args:
        content: Its body; an empty one is None.
        shape: What it must look like.
        base_url: Who gave it.

    Raises:
        NotThePlatform: It looks otherwise.
    """
    try:
        answer = json.loads(content) if content else None
    except ValueError as error:
        raise NotThePlatform(base_url) from error
    if not _has(shape, answer):
        raise NotThePlatform(base_url)
    return answer


def _has(shape: Shape, value: Any) -> bool:
    if isinstance(shape, type):
        return isinstance(value, shape)
    if isinstance(shape, list):
        return isinstance(value, list) and all(_has(shape[0], one) for one in value)
    return isinstance(value, dict) and all(_has(inner, value.get(name)) for name, inner in shape.items())
