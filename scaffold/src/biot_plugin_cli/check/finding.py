"""What `biot-plugin check` finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from biot_plugin_cli.errors import CliError

__all__ = ["Finding", "Severity", "parted"]

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a plugin, or looks so.

    Attributes:
        code: What it is, for machines; it stays the same from version to version.
        severity: An `error` is refused by the platform or by Lambda, or must not be deployed; all else is a `warning`.
        message: What is wrong.
        advice: What to do.
        file: Its file, relative to the plugin's folder.
        line: Its line there.
    """

    code: str
    severity: Severity
    message: str
    advice: str
    file: str | None = None
    line: int | None = None

    @classmethod
    def error(cls, code: str, message: str, advice: str, at: tuple[str | None, int | None] = (None, None)) -> Self:
        """Make an error at a file and line."""
        return cls(code, "error", message, advice, *at)

    @classmethod
    def warning(cls, code: str, message: str, advice: str, at: tuple[str | None, int | None] = (None, None)) -> Self:
        """Make a warning at a file and line."""
        return cls(code, "warning", message, advice, *at)

    @property
    def document(self) -> Mapping[str, Any]:
        """The finding as JSON has it."""
        return asdict(self)

    @property
    def rank(self) -> tuple[bool, str, int, str]:
        """Orders findings: errors first, then by place."""
        return self.severity == "warning", self.file or "", self.line or 0, self.code


def parted(error: CliError) -> tuple[str, str]:
    """The two halves of an error's sentence: what is wrong, and what to do."""
    wrong, _, advice = str(error).partition("\n")[0].rpartition(": ")
    return (wrong, advice) if wrong else (advice, "see to it, and run this again")
