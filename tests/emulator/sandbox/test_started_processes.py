from __future__ import annotations

import subprocess
import sys

import pytest

from biot_emulator.sandbox.started_processes import last_started

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody says it")


def test_each_process_that_is_started_is_another_one() -> None:
    seen = [last_started()]
    for _ in range(3):
        subprocess.run(["true"], check=True)
        seen.append(last_started())
    assert None not in seen
    assert len(set(seen)) == 4
