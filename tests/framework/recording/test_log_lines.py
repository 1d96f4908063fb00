from __future__ import annotations

import base64
import json
import os
import re
import zlib

import pytest

from biot_plugin.recording.log_lines import TooLarge, log_lines


def test_a_record_is_one_line() -> None:
    (line,) = log_lines({"version": 1, "note": "ü\n\ud800"})
    match = re.fullmatch(r"biot-recording:1:[0-9a-f]{16}:1:1:([A-Za-z0-9_=-]+)", line)
    assert match
    assert json.loads(zlib.decompress(base64.urlsafe_b64decode(match[1]))) == {"version": 1, "note": "ü\n\ud800"}


def test_a_large_one_has_several_parts_each_of_which_cloudwatch_takes() -> None:
    lines = log_lines({"note": os.urandom(200_000).hex()})
    assert 1 < len(lines) <= 5
    assert max(map(len, lines)) < 256 * 1024 - 26
    assert [line.split(":")[3:5] for line in lines] == [
        [str(number), str(len(lines))] for number in range(1, len(lines) + 1)
    ]


def test_a_larger_one_is_refused() -> None:
    with pytest.raises(TooLarge):
        log_lines({"note": os.urandom(1_000_000).hex()})
