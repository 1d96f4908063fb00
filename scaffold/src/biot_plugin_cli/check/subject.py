"""What `biot-plugin check` looks at: a plugin, as far as its manifest can be understood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from biot_plugin_cli.plugin.environments import environment_of, in_environment, override_mistakes
from biot_plugin_cli.plugin.manifest import Manifest
from biot_plugin_cli.plugin.manifest_file import ManifestFile
from biot_plugin_cli.plugin.manifest_problem import Mistake
from biot_plugin_cli.plugin.manifest_rules import mistakes_in
from biot_plugin_cli.plugin.source_location import Place

__all__ = ["Subject"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A plugin.

    Attributes:
        file: The file of its manifest.
        manifest: Its manifest in the environment that is meant; whatever is wrong in it is as if not written.
        mistakes: What is wrong in it.
        environment: The environment; None for none.
        now: The present moment, with its time zone.
    """

    file: ManifestFile
    manifest: Manifest
    mistakes: tuple[Mistake, ...]
    environment: str | None
    now: datetime

    @classmethod
    def find(cls, start: Path | None, environment: str | None, now: datetime) -> Self:
        """Find the plugin that a folder belongs to.

        Args:
            start: The folder; the current one when None.
            environment: The environment that is meant; None for none, so that the mistakes of all of them count.
            now: The present moment, with its time zone.

        Raises:
            InvalidPlugin: There is no plugin there, its pyproject.toml cannot be read, or there is no such environment.
        """
        file = ManifestFile.find(start)
        own = list(mistakes_in(file.table))
        manifest = Manifest.of(file.path.parent, file.table, own)
        if environment is not None:
            environment_of(manifest, environment)
        names = manifest.environments if environment is None else (environment,)
        overrides = [
            mistake
            for name in names
            for mistake in override_mistakes(manifest.environment, manifest.environments[name], name)
        ]
        meant = manifest if overrides else in_environment(manifest, environment)
        return cls(file, meant, (*own, *overrides), environment, now)

    @property
    def root(self) -> Path:
        """The plugin's folder."""
        return self.manifest.root

    def is_wrong(self, key: str) -> bool:
        """Whether the manifest has a mistake there, so that nothing can be built on it."""
        tables = ((), ("env", self.environment)) if self.environment is not None else ((),)
        ways = [(*table, key) for table in tables]
        return any(mistake.keys[: len(way)] == way for mistake in self.mistakes for way in ways)

    def at(self, *keys: str) -> tuple[str, int | None]:
        """Tell where a key is written: in the environment's own table, where that has it."""
        there = self.environment is not None and keys[:1] != ("env",)
        table = self.manifest.environments.get(self.environment or "", {})
        way = ("env", str(self.environment), *keys) if there and keys and keys[0] in table else keys
        return self.file.path.name, self.file.line_of(*way)

    def at_place(self, place: Place) -> tuple[str | None, int | None]:
        """Tell a place in the code as findings have it."""
        if place.file is None:
            return None, None
        path = Path(place.file)
        inside = path.is_relative_to(self.root)
        return str(path.relative_to(self.root)) if inside else place.file, place.line

    def at_place_of_module(self, file: str) -> tuple[str | None, int | None]:
        """Tell a whole module as findings have it."""
        return self.at_place(Place(file, None))
