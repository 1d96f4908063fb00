"""Code that was not built, as the platform has it already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from biot_plugin_cli.deploy.code.deployable import Saved
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.plugin_calls import CodePart

__all__ = ["UnbuiltCode", "refuse"]


@dataclass(frozen=True, slots=True)
class UnbuiltCode:
    """Code that was not built.

    Attributes:
        content_hash: The content hash that it would have.
    """

    content_hash: str

    def send(self, client: PlatformClient, progress: Callable[[str], None]) -> CodePart:  # noqa: ARG002 - as images
        """Refuse, since there is nothing to send."""
        refuse()

    @property
    def remains(self) -> str:
        """Nothing."""
        return ""

    @property
    def document(self) -> Mapping[str, Any]:
        """Nothing."""
        return {}

    def save(self, folder: Path, name: str) -> Saved:  # noqa: ARG002 - as images
        """Refuse, since there is nothing to save."""
        refuse()


def refuse() -> NoReturn:
    """Refuse to send code that was not built.

    Raises:
        OperationFailed: Always: somebody has deployed other code since the code was looked for.
    """
    raise OperationFailed(
        "Somebody else has deployed other code at the same time. Nothing was changed: run this command again"
    )
