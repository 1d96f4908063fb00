from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest

Records = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def records(capsys: pytest.CaptureFixture[str]) -> Records:
    """The records that were written since the last call."""

    def read() -> list[dict[str, Any]]:
        lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("biot-recording:")]
        return [json.loads(zlib.decompress(base64.urlsafe_b64decode(line.split(":")[5]))) for line in lines]

    return read
