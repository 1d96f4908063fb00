"""A plugin, as the platform stores it (contract section 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["PREFIX", "InPlace", "Plugin"]

PREFIX = "Plugin-"
"""What the platform puts before a plugin's name (contract section 6.3)."""


@dataclass(frozen=True, slots=True)
class InPlace:
    """Code that runs where it is, in a developer's folder.

    Attributes:
        folder: The folder.
        python: The interpreter that has the code's dependencies.
    """

    folder: Path
    python: Path


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin.

    Attributes:
        name: Its name, without the prefix.
        config: Its configuration, `subscriptions` included (contract section 6.3).
        endpoint_url: Its URL.
        service_id: The id of its service user.
        secret_key: The secret of its service user.
        code: Its code: `id` of the zip, `image` with the digest of its manifest, or `folder` and `python`.
        creation_time: When it was created.
        last_modified_time: When it was last changed.
    """

    name: str
    config: Mapping[str, Any]
    endpoint_url: str
    service_id: str
    secret_key: str
    code: Mapping[str, Any]
    creation_time: str
    last_modified_time: str

    @property
    def full_name(self) -> str:
        """Its name with the prefix."""
        return PREFIX + self.name

    @property
    def enabled(self) -> bool:
        """Whether hooks and its schedule call it."""
        return bool(self.config["enabledState"] == "ENABLED")

    @property
    def is_in_place(self) -> bool:
        """Whether it runs in the folder where its developer edits it."""
        return "folder" in self.code

    @property
    def address(self) -> str:
        """The characters that tell its URL from those of other plugins."""
        return self.endpoint_url.rstrip("/").rpartition("/")[2]
