"""The hook of direct calls of the plugin's own URL (contract section 4)."""

from __future__ import annotations

from biot_plugin.hooks.base import Hook
from biot_plugin.wire.kind import Kind


class EndpointHook(Hook):
    """The plugin's own URL, for callers with a token or for anyone."""

    __slots__ = ()

    def __init__(self, public: bool) -> None:
        super().__init__(Kind.DIRECT, public=public)
