"""The hooks of a version of the function, in a variable of its own.

The platform is not asked which hooks a version has, and any machine can roll back to it: so the version says it itself.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

from biot_plugin_cli.hooks.discovery import Hooks

__all__ = ["HOOKS_VARIABLE", "decode_hooks", "encode_hooks", "hooks_document"]

HOOKS_VARIABLE = "PLUGIN_HOOKS"
"""The environment variable with the hooks."""

# No plugin has more; a text from elsewhere must not unpack without end.
_MAX_BYTES = 1_000_000


def hooks_document(hooks: Hooks, interception_order: int | None) -> dict[str, Any] | None:
    """Return the subscriptions and the schedule of a plugin; None if they are unknown.

    Args:
        hooks: The plugin's hooks.
        interception_order: The order of interceptions without one of their own, or None.
    """
    if not hooks.has_framework:
        return None
    order = {"order": interception_order} if interception_order else {}
    return {
        "interceptions": [{**order, **item} for item in hooks.subscriptions.get("interceptions") or ()],
        "notifications": [dict(item) for item in hooks.subscriptions.get("notifications") or ()],
        "cronSchedule": hooks.cron_schedule,
    }


def encode_hooks(document: Mapping[str, Any]) -> str:
    """Encode hooks for the environment variable."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def decode_hooks(value: str | None) -> dict[str, Any] | None:
    """Decode the environment variable; None if there is none, or if somebody has changed it."""
    try:
        decoder = zlib.decompressobj()
        text = decoder.decompress(base64.b64decode(value or "", validate=True), _MAX_BYTES)
        document = json.loads(text)
    except (ValueError, zlib.error):
        return None
    return document if isinstance(document, dict) else None
