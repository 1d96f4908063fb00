"""A zip file, which is a part of the call that changes the plugin."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from biot_plugin_cli.deploy.code.deployable import Saved
from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.plugin_calls import CodePart
from biot_plugin_cli.terminal.file_writer import write_atomically

__all__ = ["ZipCode"]


@dataclass(frozen=True, slots=True)
class ZipCode:
    """A zip file.

    Attributes:
        name: The name of the file.
        content: Its content.
        content_hash: The content hash of the code in it.
    """

    name: str
    content: bytes = field(repr=False)
    content_hash: str

    def send(self, client: PlatformClient, progress: Callable[[str], None]) -> CodePart:  # noqa: ARG002 - as images
        """Return the part of the call, which has all of it."""
        return CodePart((self.name, self.content))

    @property
    def remains(self) -> str:
        """Nothing: it is sent with the call alone."""
        return ""

    @property
    def document(self) -> Mapping[str, Any]:
        """Nothing: the content hash says it all."""
        return {}

    def save(self, folder: Path, name: str) -> Saved:
        """Save it as a file."""
        file = folder / f"{name}.zip"
        write_atomically(file, self.content)
        return Saved(file, hashlib.sha256(self.content).hexdigest())
