"""A plugin's settings: `[tool.biot-plugin]`, with the platform's defaults for what it leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

from biot_plugin_cli.manifest.base_url import BASE_URL
from biot_plugin_cli.manifest.lambda_runtimes import RUNTIMES
from biot_plugin_cli.manifest.problem import ManifestProblem
from biot_plugin_cli.manifest.production import PRODUCTION

__all__ = ["Manifest"]

# Replace invalid or missing required keys, so that everything else can be checked nevertheless.
_PLACEHOLDERS = {"name": "plugin", "display-name": "Plugin", "version": 1, "runtime": RUNTIMES[-1]}

_MERGED_KEYS = ("aws", "image", "environment", "cors")


@dataclass(frozen=True, slots=True)
class Manifest:
    """A plugin's settings; the defaults are those of contract section 6.3.

    Attributes:
        name: The plugin's name on the platform, without the platform's prefix.
        display_name: The name that people see.
        version: The plugin's version, 1 to 32767.
        runtime: The Lambda runtime, such as `python3.13`.
        handler: Module and attribute of the entry point.
        timeout: Time limit of one event in seconds.
        memory_size: Memory in megabytes.
        ephemeral_storage: Size of /tmp in megabytes.
        environment: The plugin's environment variables.
        cors: The cross-origin lists of the plugin's public URL, unchanged from the file.
        analytics_db_access: Whether the plugin may access the analytics database.
        package: The package type.
        image: The settings of a container image, unchanged from the file.
        target: Where the plugin runs: BioT's account, or an AWS account of one's own.
        aws: The settings of the latter, unchanged from the file.
        interception_order: The order of all interceptions without one of their own, or None.
        environments: The tables `[tool.biot-plugin.env.NAME]`, unchanged from the file.
        mentioned: The keys that the file has; all others have their default.
    """

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
    image: Mapping[str, Any] = field(default_factory=dict)
    target: Literal["biot", "aws"] = "biot"
    aws: Mapping[str, Any] = field(default_factory=dict)
    interception_order: int | None = None
    environments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
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
        return replace(self, **_attributes({**values, **merged}), mentioned=self.mentioned.union(values))


def _attributes(table: Mapping[str, Any]) -> dict[str, Any]:
    return {"environments" if key == "env" else key.replace("-", "_"): value for key, value in table.items()}
