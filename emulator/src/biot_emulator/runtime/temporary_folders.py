"""The temporary folders of plugins' processes, in one that no other process of a plugin is shown."""

from __future__ import annotations

import tempfile

__all__ = ["TemporaryFolders"]


class TemporaryFolders:
    """Creates temporary folders in a folder of their own, which exists as soon as there is one."""

    def __init__(self) -> None:
        self._parent: tempfile.TemporaryDirectory[str] | None = None

    def create(self) -> tempfile.TemporaryDirectory[str]:
        """Create a folder, which whoever uses it removes."""
        if self._parent is None:
            self._parent = tempfile.TemporaryDirectory(prefix="biot-plugins-", ignore_cleanup_errors=True)
        return tempfile.TemporaryDirectory(prefix="biot-plugin-", dir=self._parent.name, ignore_cleanup_errors=True)

    def close(self) -> None:
        """Remove the folder that they are in."""
        if self._parent is not None:
            self._parent.cleanup()
            self._parent = None
