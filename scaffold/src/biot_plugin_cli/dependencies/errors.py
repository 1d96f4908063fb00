"""What can be wrong with what a plugin depends on; each kind owns the code that machines know it by.

InvalidPlugin
└── DependencyMistake  dependency-invalid
    ├── NoWheel        dependency-without-wheel
    ├── OtherPython    requires-python-mismatch
    └── BadLock        lock-invalid
        ├── NoLock     lock-missing
        └── StaleLock  lock-stale
"""

from __future__ import annotations

from biot_plugin_cli.errors import InvalidPlugin

__all__ = ["BadLock", "DependencyMistake", "NoLock", "NoWheel", "OtherPython", "StaleLock"]


class DependencyMistake(InvalidPlugin):
    """A dependency is not written right."""

    code = "dependency-invalid"


class NoWheel(DependencyMistake):
    """There is no wheel that runs on Lambda."""

    code = "dependency-without-wheel"


class OtherPython(DependencyMistake):
    """The project is for other versions of Python than the plugin's runtime."""

    code = "requires-python-mismatch"


class BadLock(DependencyMistake):
    """The lock cannot be used."""

    code = "lock-invalid"


class NoLock(BadLock):
    """There is no lock, and nothing that could make one."""

    code = "lock-missing"


class StaleLock(BadLock):
    """The lock is of other dependencies than the project has now."""

    code = "lock-stale"
