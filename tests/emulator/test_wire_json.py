"""JSON, by what is done for each document."""

from __future__ import annotations

import json
import sys
from types import FrameType

from biot_emulator.wire_json import decode, encode


def test_no_reader_and_no_writer_is_made_for_a_document() -> None:
    """That costs as much as a small document itself."""
    made: list[str] = []

    def note(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code in (json.JSONDecoder.__init__.__code__, json.JSONEncoder.__init__.__code__):
            made.append(frame.f_code.co_name)

    sys.setprofile(note)
    document = decode(encode({"a": [1.5, "é", None]}))
    sys.setprofile(None)
    assert document == {"a": [1.5, "é", None]}
    assert made == []
