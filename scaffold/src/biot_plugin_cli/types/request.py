"""What a user asks for, completed by what the module was written with before."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.types.options import ModelKind, Options

__all__ = ["Request"]


@dataclass(frozen=True, slots=True)
class Request:
    """What a user asks for.

    Attributes:
        output: The module.
        environment: The environment whose platform has the templates; None where nothing is said.
        source: The file that has the templates; None where nothing is said.
        save: The file to write the templates to; None for none.
        models: The kind of models; None where nothing is said.
        templates: The names of the templates; none where nothing is said.
        check: Whether to write nothing.
    """

    output: Path
    environment: str | None = None
    source: Path | None = None
    save: Path | None = None
    models: ModelKind | None = None
    templates: tuple[str, ...] = ()
    check: bool = False

    def options(self, previous: Options | None) -> Options:
        """Return the options of the module.

        Args:
            previous: Those that it was written with before; None where there is none yet.

        Raises:
            UsageError: The templates would come from two places.
        """
        if self.source is not None and self.environment is not None:
            raise UsageError("--from reads a file and --env asks a platform: leave one of them out")
        before = previous or Options()
        source, environment = before.source, before.environment
        if str(self.source) == "-":
            raise UsageError("--from needs a file, which can be read again when the module is checked: - is none")
        if self.source is not None:
            source = self._relative(self.source)
        elif self.save is not None:
            # From now on, the module is made of what is saved.
            source, environment = self._relative(self.save), self.environment or environment
        elif self.environment is not None:
            source, environment = None, self.environment
        return Options(self.models or before.models, source, environment, self.templates or before.templates)

    @property
    def asks_platform(self) -> bool:
        """Whether the templates must come from a platform, whatever the module was made of before."""
        return self.source is None and (self.environment is not None or self.save is not None)

    def _relative(self, file: Path) -> str:
        """Return a file as it is seen from the folder of the module, wherever the command is run."""
        return Path(os.path.relpath(file, self.output.parent)).as_posix()
