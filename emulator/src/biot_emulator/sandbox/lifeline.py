"""What a plugin's process feels of this one's end, even where that was killed and could end nothing itself."""

from __future__ import annotations

import os

__all__ = ["Lifeline"]


class Lifeline:
    """A pipe that nobody writes to: its far end sees it close when this process is gone, however that came about."""

    def __init__(self) -> None:
        far_end, near_end = os.pipe()
        self._far_end = os.fdopen(far_end, "rb", 0)
        self._near_end = os.fdopen(near_end, "wb", 0)

    @property
    def far_end(self) -> int:
        """The descriptor for the plugin's process to inherit; `launch.py` holds on to it there."""
        return self._far_end.fileno()

    def hand_over(self) -> None:
        """Leave the far end to the process that was started with it."""
        self._far_end.close()

    def cut(self) -> None:
        """End the process at the far end, and free what belongs to the pipe."""
        self._far_end.close()
        self._near_end.close()
