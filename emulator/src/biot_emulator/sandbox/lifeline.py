"""Ends a plugin's process with this one, even if this one is killed and cannot clean up."""

from __future__ import annotations

import os

__all__ = ["Lifeline"]


class Lifeline:
    """A pipe that is never written to: the plugin's process sees it close when this process ends, for any reason."""

    def __init__(self) -> None:
        far_end, near_end = os.pipe()
        self._far_end = os.fdopen(far_end, "rb", 0)
        self._near_end = os.fdopen(near_end, "wb", 0)

    @property
    def far_end(self) -> int:
        """The descriptor that the plugin's process inherits and `launch.py` watches."""
        return self._far_end.fileno()

    def hand_over(self) -> None:
        """Close this process's copy of the far end, once the plugin's process has started."""
        self._far_end.close()

    def cut(self) -> None:
        """Close the pipe, which ends the process at the far end."""
        self._far_end.close()
        self._near_end.close()
