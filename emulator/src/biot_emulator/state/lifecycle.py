"""The end of a platform, and its reset: what is stopped, emptied and created again, in which order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from biot_emulator.state.store import Store

__all__ = ["Lifecycle", "Step"]

Step = Callable[[], None]


class Lifecycle:
    """Stops and resets the parts of a platform.

    Args:
        store: The state.
        preserved: The collections that a reset leaves as they are.
        on_reset: Called in this order once the state is empty.
        on_stop: Called in this order when the platform stops.
    """

    def __init__(
        self, store: Store, *, preserved: Sequence[str], on_reset: Sequence[Step], on_stop: Sequence[Step]
    ) -> None:
        self._store = store
        self._preserved = preserved
        self._on_reset = on_reset
        self._on_stop = list(on_stop)

    def reset(self) -> None:
        """Empty the state, but for what is preserved, and create again what every platform begins with."""
        with self._store.transaction():
            self._store.clear(self._preserved)
            for step in self._on_reset:
                step()

    def stop(self) -> None:
        """End every thread and process that the parts have started; nothing happens the second time."""
        while self._on_stop:
            self._on_stop.pop(0)()

    def close(self) -> None:
        """Stop, and close the state."""
        self.stop()
        self._store.close()
