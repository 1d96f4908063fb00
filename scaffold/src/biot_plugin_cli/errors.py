"""What can go wrong, and the exit code of each kind.

CliError
├── OperationFailed      1  what was asked for could not be done
├── UsageError           2  the command line is wrong
├── PluginImportError    3  the plugin cannot be imported
├── InvalidPlugin        4  the plugin or its configuration is invalid
├── PlatformRefused      5  the platform refused
├── PlatformUnreachable  6  the platform cannot be reached
└── Interrupted        130  the user has interrupted what cannot be undone
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "CliError",
    "Interrupted",
    "InvalidPlugin",
    "OperationFailed",
    "PlatformRefused",
    "PlatformUnreachable",
    "PluginImportError",
    "UsageError",
]


class CliError(Exception):
    """A failure that one sentence explains; the sentence says what to do.

    Attributes:
        exit_code: How the program ends.
        code: What machines know the reason by, the name of the platform or of a finding; empty where it has none.
    """

    exit_code: ClassVar[int] = 1
    code: str = ""


class OperationFailed(CliError):
    """What was asked for could not be done."""

    exit_code: ClassVar[int] = 1


class UsageError(CliError):
    """The command line is wrong."""

    exit_code: ClassVar[int] = 2


class PluginImportError(CliError):
    """The plugin cannot be imported."""

    exit_code: ClassVar[int] = 3


class InvalidPlugin(CliError):
    """The plugin or its configuration is invalid."""

    exit_code: ClassVar[int] = 4


class PlatformRefused(CliError):
    """The platform answered, and refused."""

    exit_code: ClassVar[int] = 5


class PlatformUnreachable(CliError):
    """The platform cannot be reached."""

    exit_code: ClassVar[int] = 6


class Interrupted(CliError):
    """The user has interrupted what cannot be undone."""

    exit_code: ClassVar[int] = 130
