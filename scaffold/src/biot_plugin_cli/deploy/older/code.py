"""Older code of a plugin, wherever it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from biot_plugin_cli.deploy.code.deployable import Code

__all__ = ["OlderCode"]


@dataclass(frozen=True, slots=True)
class OlderCode:
    """Code that was deployed before.

    Attributes:
        version: The version that had it.
        content_hash: Its content hash.
        config: The part of the configuration that belongs to it.
        commit: What is recorded of its commit; None for nothing.
        read: Reads it, and makes sure that it is what was deployed.
    """

    version: int
    content_hash: str
    config: Mapping[str, Any]
    commit: str | None
    read: Callable[[], Code]
