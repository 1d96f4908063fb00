"""A plugin's settings: `[tool.biot-plugin]`, with the platform's defaults for what it leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple, Self

from biot_plugin_cli.manifest.base_url import BASE_URL
from biot_plugin_cli.manifest.lambda_runtimes import RUNTIMES
from biot_plugin_cli.manifest.members.plugin import SETTINGS
from biot_plugin_cli.manifest.problem import ManifestProblem
from biot_plugin_cli.manifest.production import PRODUCTION

__all__ = ["Manifest"]

# Replace invalid or missing required keys, so that everything else can be checked nevertheless.
_PLACEHOLDERS = {"name": "plugin", "display-name": "Plugin", "version": 1, "runtime": RUNTIMES[-1]}

_MERGED_KEYS = ("aws", "image", "environment", "cors")


class Manifest(NamedTuple):
    """A plugin's settings, those that are left out with their defaults.

    Attributes are named as the members of the table are, and have what these may have, except for:

    Attributes:
        cors: The cross-origin lists of the plugin's public URL, unchanged from the file.
        image: The settings of a container image, unchanged from the file.
        aws: The settings of an AWS account, unchanged from the file.
        environments: The tables `[tool.biot-plugin.env.NAME]`, unchanged from the file.
        mentioned: The keys that the file has; all others have their default.
    """

    name: str
    display_name: str
    version: int
    runtime: str
    handler: str = SETTINGS["handler"].default
    timeout: int = SETTINGS["timeout"].default
    memory_size: int = SETTINGS["memory-size"].default
    ephemeral_storage: int = SETTINGS["ephemeral-storage"].default
    environment: Mapping[str, str] = {}
    cors: Mapping[str, list[str]] = {}
    analytics_db_access: bool = SETTINGS["analytics-db-access"].default
    package: Literal["zip", "image"] = SETTINGS["package"].default
    image: Mapping[str, Any] = {}
    target: Literal["biot", "aws"] = SETTINGS["target"].default
    aws: Mapping[str, Any] = {}
    interception_order: int | None = None
    environments: Mapping[str, Mapping[str, Any]] = {}
    mentioned: frozenset[str] = frozenset()

    @classmethod
    def of(cls, table: Mapping[str, Any], problems: Iterable[ManifestProblem] = ()) -> Self:
        """Create a manifest from a table.

        Args:
            table: `[tool.biot-plugin]`.
            problems: The table's problems; the keys that they are about are ignored.
        """
        invalid = {problem.keys[0] for problem in problems}
        valid = {key: value for key, value in table.items() if key not in invalid}
        placeholders = _PLACEHOLDERS if invalid else {}
        return cls(**_attributes({**placeholders, **valid}), mentioned=frozenset(valid))

    def with_overrides(self, overrides: Mapping[str, Any]) -> Self:
        """Apply the overrides of an environment; `aws`, `image`, `environment` and `cors` are merged name by name.

        Args:
            overrides: A valid table `[tool.biot-plugin.env.NAME]`.
        """
        values = {key: value for key, value in overrides.items() if key not in (BASE_URL, PRODUCTION)}
        merged = {key: {**getattr(self, key), **values[key]} for key in _MERGED_KEYS if key in values}
        return self._replace(**_attributes({**values, **merged}), mentioned=self.mentioned.union(values))


def _attributes(table: Mapping[str, Any]) -> dict[str, Any]:
    return {"environments" if key == "env" else key.replace("-", "_"): value for key, value in table.items()}
