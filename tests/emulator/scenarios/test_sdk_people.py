"""The official SDKs log people in, invite them and give them passwords, with the emulator as the platform."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from biot_emulator.build import build_platform
from biot_emulator.server.background_thread import Server
from biot_emulator.state.store import Store
from tests.sdks import fetch_sdks

pytestmark = pytest.mark.slow

ADMIN = ("ada@example.com", "secret")


def test_the_sdks_for_people() -> None:
    python, program = fetch_sdks() / "bin" / "python", Path(__file__).with_name("sdk_people.py")
    with Server(build_platform(Store(), admin=ADMIN)) as server:
        command = [str(python), str(program), server.url, *ADMIN]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.stderr == ""
    assert json.loads(done.stdout) == {
        "self": {
            "found": [True, "own@example.com", "PASSWORD"],
            "logged out": [401, "TOKEN_NOT_VALID"],
            "person": True,
            "registered": "stranger",
        },
        "users": {
            "found": [True],
            "changed": ["renamed", True, True],
            "gone": [404, "USER_NOT_FOUND"],
        },
        "codes": {"phone": "******5678", "same": True},
        "steps": {"required": [True, "******4321", True], "resent": True, "done": [False, True]},
        "passwords": {"invited": True, "reset": True, "generated": True, "rated": [False, "INVALID_PASSWORD"]},
        "registration codes": {
            "codes": ["Registration1", "Registration2", "Registration2"],
            "found": 1,
            "gone": [404, "REGISTRATION_CODE_NOT_FOUND"],
        },
        "organizations": {"administrator": True, "brands": [{}, {}]},
    }
