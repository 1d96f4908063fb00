"""What a deployment does with a plugin's code, whatever it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.plugin_calls import CodePart

__all__ = ["Code", "Saved"]


@dataclass(frozen=True, slots=True)
class Saved:
    """Code that was saved in a folder.

    Attributes:
        file: The file or folder that it is in.
        sha256: The SHA-256 that shows whether it is unchanged, in hexadecimal.
    """

    file: Path
    sha256: str


class Code(Protocol):
    """The code of a plugin."""

    @property
    def content_hash(self) -> str:
        """The content hash; another one means another version of the plugin."""
        ...

    def send(self, client: PlatformClient, progress: Callable[[str], None]) -> CodePart:
        """Send what the platform must have before the call that changes the plugin; return the call's part.

        Args:
            client: The platform's client.
            progress: Receives a short description of each step.

        Raises:
            CliError: It cannot be sent; the plugin is unchanged.
        """
        ...

    @property
    def remains(self) -> str:
        """A sentence about what was sent and remains if the call fails; empty for nothing."""
        ...

    @property
    def document(self) -> Mapping[str, Any]:
        """What `--json` has of it after it was sent."""
        ...

    def save(self, folder: Path, name: str) -> Saved:
        """Save it for a rollback.

        Args:
            folder: The folder of all saved code of the plugin.
            name: A name for it, without a suffix.

        Raises:
            OperationFailed: It cannot be written.
        """
        ...
