"""The errors of both programs, and their exit codes.

CliError
├── OperationFailed      1  the operation failed
├── UsageError           2  the command line is wrong
├── PluginImportError    3  the plugin cannot be imported
├── InvalidPlugin        4  the plugin or its configuration is invalid
├── PlatformRefused      5  the platform refused the request
├── PlatformUnreachable  6  the platform cannot be reached
├── Interrupted        130  a signal interrupted an operation that cannot be undone (128 + the signal's number)
└── OutputClosed       141  nobody reads the output any more, as in `biot-plugin list | head -1` (128 + SIGPIPE)
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "CliError",
    "Interrupted",
    "InvalidPlugin",
    "OperationFailed",
    "OutputClosed",
    "PlatformRefused",
    "PlatformUnreachable",
    "PluginImportError",
    "UsageError",
]


class CliError(Exception):
    """An error whose message says in one sentence what is wrong and what to do.

    Attributes:
        exit_code: The exit code of the program.
        code: Identifies the reason for machines: the platform's code, or that of a finding; empty if it has none.
    """

    exit_code: ClassVar[int] = 1
    code: str = ""


class OperationFailed(CliError):
    """The operation failed."""

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
    """The platform refused the request."""

    exit_code: ClassVar[int] = 5


class PlatformUnreachable(CliError):
    """The platform cannot be reached."""

    exit_code: ClassVar[int] = 6


class Interrupted(CliError):
    """The user interrupted an operation that cannot be undone."""

    exit_code: ClassVar[int] = 130


class OutputClosed(CliError):
    """Nobody reads the output any more: the program ends silently, as if the signal SIGPIPE had ended it."""

    exit_code: ClassVar[int] = 141
