"""Errors in the dependencies of a plugin; each class owns its code for machines.

InvalidPlugin
└── DependencyError            dependency-invalid
    ├── MissingWheel           dependency-without-wheel
    ├── PythonMismatch         requires-python-mismatch
    └── InvalidLock            lock-invalid
        ├── MissingLock        lock-missing
        └── StaleLock          lock-stale
"""

from __future__ import annotations

from biot_plugin_cli.errors import InvalidPlugin

__all__ = ["DependencyError", "InvalidLock", "MissingLock", "MissingWheel", "PythonMismatch", "StaleLock"]


class DependencyError(InvalidPlugin):
    """A dependency is not declared correctly."""

    code = "dependency-invalid"


class MissingWheel(DependencyError):
    """A dependency has no wheel that runs on Lambda."""

    code = "dependency-without-wheel"


class PythonMismatch(DependencyError):
    """`requires-python` excludes the plugin's runtime."""

    code = "requires-python-mismatch"


class InvalidLock(DependencyError):
    """The lock file cannot be used."""

    code = "lock-invalid"


class MissingLock(InvalidLock):
    """There is no lock file, and no uv to create one."""

    code = "lock-missing"


class StaleLock(InvalidLock):
    """The lock file is older than the dependencies in pyproject.toml."""

    code = "lock-stale"
