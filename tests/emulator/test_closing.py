"""What is a context manager is closed once at its end, however that comes."""

from __future__ import annotations

import pytest

from biot_emulator.closing import Closing


class Door(Closing):
    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def test_it_is_closed_at_the_end() -> None:
    with Door() as door:
        assert door.closed == 0
    assert door.closed == 1


def test_it_is_closed_by_an_error_too() -> None:
    door = Door()
    with pytest.raises(ValueError, match="stop"), door:
        raise ValueError("stop")
    assert door.closed == 1
