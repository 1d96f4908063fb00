"""The JSON of what a test passes on: plain JSON, or a value of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["plain"]


def plain(value: Any) -> Any:
    """Return JSON as it is, and values of models, also inside, as the JSON that they stand for."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, Mapping):
        return {key: plain(element) for key, element in value.items()}
    if isinstance(value, Sequence):
        return [plain(element) for element in value]
    from biot_plugin.api_client.answers import to_json

    return to_json(value)
