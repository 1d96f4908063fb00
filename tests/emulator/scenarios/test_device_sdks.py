"""The platform's official SDK takes the emulator for the platform, in what it does with devices."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from biot_emulator.testing import Emulator
from tests.sdks import fetch_sdks

pytestmark = pytest.mark.slow

CLEARED = ["MANUAL", "Administrator First", "charged"]


def test_the_sdk(emulator: Emulator) -> None:
    program = Path(__file__).with_name("sdk_device_calls.py")
    command: list[str | Path] = [
        fetch_sdks() / "bin" / "python",
        program,
        emulator.url,
        emulator.username,
        emulator.password,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    assert done.stderr == ""
    assert json.loads(done.stdout) == {
        "devices": {
            "owner": "Lovelace Ada",
            "second": ["pump-2", "on the wall", "Europe/Oslo"],
            "status": ["0.73", "OK", False],
            "found": ["pump-1"],
            "read": True,
            "connection": "pump-1",
        },
        "certificates": ["-----BEGIN CERTIFICATE-----", "pump-1", "BOOTSTRAP", "NOT_INSTALLED"],
        "sessions": {
            "begun": ["ACTIVE", "Lovelace Ada", "EXTERNAL"],
            "current": [[True]],
            "ended": ["DONE", "as planned", True],
            "found": 2,
            "read": True,
            "orphans": 0,
        },
        "remote": ["ACTIVATING", "PAUSING", "RESUMING", "STOPPING", "DONE"],
        "commands": {"states": ["STARTING", "STOPPING", "STARTING"], "found": 2, "read": 60},
        "alerts": [
            {"current": [["pump-1", 2]], "cleared": CLEARED, "read": True, "found": 1},
            {"current": [[True, 2]], "cleared": CLEARED, "read": True, "found": 1},
        ],
        "generic": [["three", ["three"], True], ["five", ["five"], True]],
        "gone": [
            [404, "DEVICE_NOT_FOUND"],
            [404, "SESSION_NOT_FOUND"],
            [404, "COMMAND_NOT_FOUND"],
            [404, "ALERT_NOT_FOUND"],
            [404, "GENERIC_ENTITY_NOT_FOUND"],
        ],
    }
