"""A plugin's repository, read once: what every command starts from."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Self

from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.manifest.base_url import resolve_base_url
from biot_plugin_cli.manifest.environments import find_override_problems, require_environment
from biot_plugin_cli.manifest.file import ManifestFile
from biot_plugin_cli.manifest.problem import ManifestProblem
from biot_plugin_cli.manifest.rules import find_problems
from biot_plugin_cli.manifest.settings import Manifest
from biot_plugin_cli.plugin.interpreters import plugin_python
from biot_plugin_cli.plugin.package_target import Target
from biot_plugin_cli.plugin.source_location import SourceLocation

__all__ = ["Plugin"]


class Plugin(NamedTuple):
    """A plugin in its repository.

    Attributes:
        root: The folder of its code.
        file: The file of its manifest.
        manifest: Its manifest, with the overrides of the selected environment; invalid keys are ignored.
        problems: Every problem of the manifest, those of the overrides included.
        environment: The name of the selected environment, or None.
    """

    root: Path
    file: ManifestFile
    manifest: Manifest
    problems: tuple[ManifestProblem, ...] = ()
    environment: str | None = None

    @classmethod
    def read(cls, start: Path | None = None, environment: str | None = None) -> Self:
        """Read the plugin that a folder belongs to, whatever problems its manifest has.

        Args:
            start: The folder; the current one if None.
            environment: The environment to select; None for none, then the problems of all of them are found.

        Raises:
            InvalidPlugin: There is no plugin, its pyproject.toml cannot be read, or there is no such environment.
        """
        file = ManifestFile.find(start)
        problems = list(find_problems(file.table))
        manifest = Manifest.of(file.table, problems)
        overrides = {} if environment is None else require_environment(manifest, environment, file.path)
        names = manifest.environments if environment is None else (environment,)
        override_problems = [problem for name in names for problem in find_override_problems(manifest, name)]
        if not override_problems:
            manifest = manifest.with_overrides(overrides)
        return cls(file.path.parent, file, manifest, (*problems, *override_problems), environment)

    @classmethod
    def load(cls, start: Path | None = None, environment: str | None = None) -> Self:
        """Read the plugin that a folder belongs to, and require a valid manifest; the arguments are those of `read`.

        Raises:
            InvalidPlugin: There is no plugin or environment, or the manifest has a problem.
        """
        plugin = cls.read(start, environment)
        plugin.require_valid()
        return plugin

    def require_valid(self) -> None:
        """Require a manifest without problems; those of environments that are not selected do not count.

        Raises:
            InvalidPlugin: There is a problem; only the first one is named.
        """
        for problem in self.problems:
            is_override = problem.keys[0] == "env" and len(problem.keys) > 1
            if self.environment is not None or not is_override:
                raise InvalidPlugin(f"{self.file.path}: {problem}")

    @property
    def python(self) -> Path:
        """The interpreter that runs the plugin.

        Raises:
            OperationFailed: There is none.
        """
        return plugin_python(self.file.path.parent, self.manifest.runtime)

    @property
    def target(self) -> Target:
        """The runtime that the plugin is packaged for."""
        return Target(self.manifest.runtime)

    @property
    def base_url(self) -> str | None:
        """The base URL of the selected environment's platform; None if it is not set.

        Raises:
            UsageError: The variable that sets it is invalid.
        """
        return resolve_base_url(self.manifest.environments.get(self.environment or "", {}))

    def is_invalid(self, key: str) -> bool:
        """Whether a key of the manifest, or its override in the selected environment, has a problem."""
        tables = ((), ("env", self.environment)) if self.environment is not None else ((),)
        paths = [(*table, key) for table in tables]
        return any(problem.keys[: len(path)] == path for problem in self.problems for path in paths)

    def location_of(self, *keys: str) -> SourceLocation:
        """Locate a key of the manifest: its override in the selected environment's table, if there is one."""
        path = keys
        if self.environment is not None and keys[:1] != ("env",):
            overrides = self.manifest.environments.get(self.environment, {})
            path = ("env", self.environment, *keys) if keys and keys[0] in overrides else keys
        return SourceLocation(self.file.path.name, self.file.line_of(*path))

    def relative(self, location: SourceLocation) -> SourceLocation:
        """Make a location relative to the plugin's folder, if it is inside."""
        if location.file is None or not Path(location.file).is_relative_to(self.root):
            return location
        return location._replace(file=str(Path(location.file).relative_to(self.root)))

    def copied_to(self, folder: Path) -> Self:
        """Describe a copy of the plugin's code in another folder, which runs with the same interpreter."""
        return self._replace(root=folder)
