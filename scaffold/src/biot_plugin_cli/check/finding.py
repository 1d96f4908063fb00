"""A finding of `biot-plugin check`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from biot_plugin_cli.errors import CliError
from biot_plugin_cli.plugin.source_location import SourceLocation

__all__ = ["Finding", "Severity", "split_message"]

Severity = Literal["error", "warning"]

_UNKNOWN = SourceLocation()


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem of a plugin, or something that looks like one.

    Attributes:
        code: Identifies the kind of finding for machines; stable between versions.
        severity: An `error` is rejected by the platform or by Lambda, or must not be deployed; the rest are `warning`s.
        message: What is wrong.
        advice: How to fix it.
        file: The file, relative to the plugin's folder.
        line: The line number.
    """

    code: str
    severity: Severity
    message: str
    advice: str
    file: str | None = None
    line: int | None = None

    @classmethod
    def error(cls, code: str, message: str, advice: str, location: SourceLocation = _UNKNOWN) -> Self:
        """Create an error at a location."""
        return cls(code, "error", message, advice, location.file, location.line)

    @classmethod
    def warning(cls, code: str, message: str, advice: str, location: SourceLocation = _UNKNOWN) -> Self:
        """Create a warning at a location."""
        return cls(code, "warning", message, advice, location.file, location.line)

    @property
    def location(self) -> SourceLocation:
        """The location of the finding."""
        return SourceLocation(self.file, self.line)

    @property
    def document(self) -> Mapping[str, Any]:
        """The finding as a JSON object."""
        return asdict(self)

    @property
    def sort_key(self) -> tuple[bool, str, int, str]:
        """Sorts errors first, then by location."""
        return self.severity == "warning", self.file or "", self.line or 0, self.code


def split_message(error: CliError) -> tuple[str, str]:
    """Split the message of an error into what is wrong and how to fix it."""
    message, _, advice = str(error).partition("\n")[0].rpartition(": ")
    return (message, advice) if message else (advice, "fix it, and run this again")
