"""The plugin's own description: `[tool.biot-plugin]` in its pyproject.toml, read and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.plugin.interpreters import RUNTIMES
from biot_plugin_cli.plugin.manifest_file import ManifestFile
from biot_plugin_cli.plugin.manifest_problem import Mistake
from biot_plugin_cli.plugin.manifest_rules import mistakes_in

__all__ = ["Manifest"]

# What a manifest has where what it must have is wrong, so that the rest of the plugin can be looked at.
_STAND_INS = {"name": "plugin", "display-name": "Plugin", "version": 1, "runtime": RUNTIMES[-1]}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a plugin says about itself; the limits and defaults are those of contract section 6.3.

    Attributes:
        root: The folder of the plugin's pyproject.toml.
        name: The plugin's name on the platform, without the prefix that the platform adds.
        display_name: The name that people see.
        version: The plugin's version, 1 to 32767.
        runtime: The Lambda runtime, such as `python3.13`.
        handler: Module and attribute of the entry point.
        timeout: Seconds that one event may take.
        memory_size: Megabytes of memory.
        ephemeral_storage: Megabytes under /tmp.
        environment: The plugin's environment variables.
        cors: The cross-origin lists of the plugin's public address, as written.
        analytics_db_access: Whether the plugin may reach the analytics database.
        package: How the plugin is deployed.
        interception_order: The order of all interceptions that name none, or None.
        environments: The tables `[tool.biot-plugin.env.NAME]`, as written.
        mentioned: The keys that are written, as they are written; all others have the platform's defaults.
    """

    root: Path
    name: str
    display_name: str
    version: int
    runtime: str
    handler: str = "index.handler"
    timeout: int = 60
    memory_size: int = 128
    ephemeral_storage: int = 512
    environment: Mapping[str, str] = field(default_factory=dict)
    cors: Mapping[str, list[str]] = field(default_factory=dict)
    analytics_db_access: bool = False
    package: Literal["zip", "image"] = "zip"
    interception_order: int | None = None
    environments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    mentioned: frozenset[str] = frozenset()

    @classmethod
    def load(cls, start: Path | None = None) -> Self:
        """Read the manifest of the plugin that a folder belongs to.

        Args:
            start: Where to look first, then in its parents; the current folder when None.

        Raises:
            InvalidPlugin: There is no plugin, or its manifest is wrong.
        """
        file = ManifestFile.find(start)
        for mistake in mistakes_in(file.table):
            raise InvalidPlugin(f"{file.path}: {mistake}")
        return cls.of(file.path.parent, file.table)

    @classmethod
    def of(cls, root: Path, table: Mapping[str, Any], mistakes: Iterable[Mistake] = ()) -> Self:
        """Make a manifest of a table.

        Args:
            root: The plugin's folder.
            table: `[tool.biot-plugin]`.
            mistakes: What is wrong with it; whatever that is about is as if it were not written.
        """
        wrong = {mistake.keys[0] for mistake in mistakes}
        right = {key: value for key, value in table.items() if key not in wrong}
        known = {**(_STAND_INS if wrong else {}), **right}
        values = {"environments" if key == "env" else key.replace("-", "_"): value for key, value in known.items()}
        return cls(root=root, mentioned=frozenset(right), **values)

    def table(self) -> dict[str, Any]:
        """Give the table that it is made of."""
        names = {key: "environments" if key == "env" else key.replace("-", "_") for key in self.mentioned}
        return {key: getattr(self, name) for key, name in names.items()}
