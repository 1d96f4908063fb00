"""No regular expression takes more than a time in proportion to the text: all of them see text from outside."""

from __future__ import annotations

import pytest

from benchmarks.growth.patterns import Use, text_of, uses
from tests.thoroughness import tries

#: If the cost grew with the square of this, each text would take many seconds, and there are hundreds.
SIZE = tries(50_000, 100_000)
USES = list(uses())


def test_there_are_patterns_of_every_package() -> None:
    assert {use.name.partition(".")[0] for use in USES} == {"biot_plugin", "biot_emulator", "biot_plugin_cli"}
    assert len(USES) > 60


@pytest.mark.thorough
@pytest.mark.parametrize("use", USES, ids=str)
def test_a_pattern_is_done_with_a_long_text(use: Use) -> None:
    for piece in use.pieces():
        use(text_of(piece, SIZE))
