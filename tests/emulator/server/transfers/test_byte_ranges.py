from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from biot_emulator.server.transfers.byte_ranges import byte_range
from biot_emulator.services.files.errors import RangeNotSatisfiable


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", None),
        ("bytes=0-4", (0, 5)),
        ("bytes=3-", (3, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-30", (0, 10)),
        ("bytes=9-99", (9, 10)),
        ("bytes=5-4", None),
        ("bytes=-", None),
        ("bytes=1-2,4-5", None),
        ("bytes=a-b", None),
        ("items=0-1", None),
        ("bytes=٣-", None),
        ("bytes=1-" + "9" * 30, None),
    ],
)
def test_which_bytes_are_requested(text: str, part: tuple[int, int] | None) -> None:
    assert byte_range(text, 10) == part


@pytest.mark.parametrize(("text", "size"), [("bytes=10-", 10), ("bytes=99-100", 10), ("bytes=-0", 10), ("bytes=0-", 0)])
def test_bytes_that_are_not_there(text: str, size: int) -> None:
    with pytest.raises(RangeNotSatisfiable) as refused:
        byte_range(text, size)
    assert refused.value.headers == {"content-range": f"bytes */{size}"}


@given(st.text(max_size=30) | st.from_regex(r"bytes=[0-9]{0,4}-[0-9]{0,4}"), st.integers(0, 1000))
def test_any_text_is_within_the_content(text: str, size: int) -> None:
    try:
        part = byte_range(text, size)
    except RangeNotSatisfiable:
        return
    assert part is None or 0 <= part[0] < part[1] <= size
