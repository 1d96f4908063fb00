from __future__ import annotations

from typing import Any

from hypothesis import given, strategies as st

from biot_emulator.page.waterfall import waterfall

MS = st.floats(0, 1e6)
STEPS = st.fixed_dictionaries(
    {
        "startMs": MS,
        "durationMs": st.none() | MS,
        "pending": st.booleans(),
        "invocation": st.none() | st.fixed_dictionaries({"initMs": st.none() | MS}),
    }
)


@given(st.fixed_dictionaries({"durationMs": st.none() | MS, "steps": st.lists(STEPS, max_size=6)}))
def test_every_bar_is_seen_and_on_the_line(call: dict[str, Any]) -> None:
    bars = waterfall(call)
    assert len(bars) == len(call["steps"])
    for bar in bars:
        assert bar.start >= 0
        assert 0 <= bar.init <= bar.width
        assert bar.width >= 4
        assert bar.start + bar.width <= 1000.1


def test_where_bars_are() -> None:
    step = {"startMs": 10.0, "durationMs": 30.0, "pending": False, "invocation": {"initMs": 20.0}}
    going = {"startMs": 60.0, "durationMs": None, "pending": True, "invocation": None}
    assert waterfall({"durationMs": 100.0, "steps": [step, going]}) == [(100, 200, 500), (600, 0, 400)]
