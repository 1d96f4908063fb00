"""What a module was made with, in its first lines: everything that makes the same module again."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

__all__ = ["FORMAT", "MARK", "Header", "ModelKind", "Options"]

FORMAT = 1
"""The version of what is written; another one means another module of the same templates."""
MARK = "# biot-plugin types: "
"""What the line with the options begins with."""

ModelKind = StrEnum("ModelKind", ["typed-dict", "msgspec", "pydantic"])

_LINE = re.compile(rf"^{re.escape(MARK)}(.{{1,100000}})$", re.MULTILINE)
_TOP = 2000


@dataclass(frozen=True, slots=True)
class Options:
    """What to make a module of, and how.

    Attributes:
        models: The kind of models.
        source: The file of the templates, relative to the folder of the module; None for a platform.
        environment: The name of the platform's environment; None for none.
        templates: The names of the templates; none for all.
    """

    models: ModelKind = ModelKind["typed-dict"]
    source: str | None = None
    environment: str | None = None
    templates: tuple[str, ...] = ()

    def source_beside(self, module: Path) -> Path | None:
        """Return the file of the templates of a module; None where they are a platform's.

        As paths are compared by their text when the module is written, folders that are links count for nothing.
        """
        return None if self.source is None else Path(os.path.normpath(module.parent / self.source))


@dataclass(frozen=True, slots=True)
class Header:
    """The first lines of a module.

    Attributes:
        options: The options.
        digest: The hash of the templates.
        format: The version of what is written.
    """

    options: Options
    digest: str
    format: int = FORMAT

    def line(self) -> str:
        """Return the line with the options."""
        document = {"format": self.format, **asdict(self.options), "digest": self.digest}
        return f"{MARK}{json.dumps(document)}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read the header of a module; None where it has none, or a damaged one."""
        match = _LINE.search(text[:_TOP] if MARK not in text[:_TOP] else text[: text.index("\n", text.index(MARK)) + 1])
        try:
            return cls._of(json.loads(match[1])) if match else None
        except (ValueError, KeyError, TypeError):
            return None

    @classmethod
    def _of(cls, document: Mapping[str, Any]) -> Self:
        options = Options(
            ModelKind(document["models"]),
            _optional_text(document["source"]),
            _optional_text(document["environment"]),
            tuple(str(name) for name in document["templates"]),
        )
        return cls(options, str(document["digest"]), int(document["format"]))


def _optional_text(value: object) -> str | None:
    return None if value is None else str(value)
