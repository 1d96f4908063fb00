"""The platform's official SDKs, in an environment of their own that is made once."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_SERVICES = ("settings", "ums", "dispatcher", "organization", "file", "measurement", "notification", "dms")
_SDKS = [
    *(f"biotmed-{service}-sdk==2.4.3" for service in _SERVICES),
    "biotmed-facade-sdk==2.4.2",
    # The last of them: the SDK of organizations has their operations since.
    "biotmed-device-sdk==2.3.40",
    "biotmed-generic-entity-sdk==2.3.40",
]


def fetch_sdks() -> Path:
    """The folder of the environment. Where it cannot be made, the test is skipped."""
    folder = ROOT / ".cache" / "sdks" / "2.4.3"
    own = ROOT / ".uv" / "bin" / "uv"
    uv = str(own) if own.is_file() else shutil.which("uv")
    if uv is None:
        pytest.skip("the SDKs cannot be fetched without uv")
    made = [uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(folder)]
    filled = [uv, "pip", "install", "--quiet", "--only-binary", ":all:", "--python", str(folder), *_SDKS]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for command in (made, filled):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                pytest.skip(f"the SDKs cannot be fetched: {done.stderr.strip().splitlines()[-1:]}")
    return folder
