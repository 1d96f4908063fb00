from __future__ import annotations

import pytest

from biot_emulator.runtime.holds import Holds


def test_a_thing_is_needed_until_the_last_one_lets_go() -> None:
    holds = Holds[str]()
    with holds.hold("one"):
        with pytest.raises(OSError, match="lost"), holds.hold("one"), holds.hold("two"):
            assert holds.all() == {"one", "two"}
            raise OSError("lost")
        assert ("one" in holds, "two" in holds) == (True, False)
    assert holds.all() == set()
