"""A pytest fixture, available wherever `biot-emulator` is installed with pytest.

- `biot_emulator`: a running `Emulator`, a new one for each test.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from biot_emulator.testing import Emulator

__all__ = ["biot_emulator"]


@pytest.fixture
def biot_emulator() -> Iterator[Emulator]:
    """The platform on this machine, with its state in memory."""
    from biot_emulator.testing import running

    with running() as emulator:
        yield emulator
