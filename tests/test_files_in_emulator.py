"""`event.biot` and the emulator's file service: files that are larger than what either of them holds in memory."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from biot_emulator.client import Client

pytestmark = pytest.mark.slow

MEBIBYTE = 1024 * 1024
#: Large enough for several parts, and far beyond what either side may take.
SIZE = 160 * MEBIBYTE + 12_345
ROLE = "00000000-0000-0000-0000-000000000001"
PROGRAM = """
import hashlib, json, resource, sys
from pathlib import Path
from biot_plugin import Plugin
from biot_plugin.testing import Context, events

source, target = Path(sys.argv[1]), Path(sys.argv[2])
plugin = Plugin()
seen = {}

@plugin.scheduled("0 0 * * ? *")
def run(event):
    event.biot.get("/file/system/healthCheck")
    event.biot.upload("warm", b"x", "text/plain")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    stored = event.biot.upload("large.bin", source, "application/octet-stream")
    found = event.biot.download(stored.id, to=target)
    seen.update(size=found.size, grown=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    with target.open("rb") as file:
        seen["digest"] = hashlib.file_digest(file, "md5").hexdigest()

reply = plugin.handler(events.scheduled(), Context(timeout=600))
print(json.dumps(seen or reply))
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, psutil.Process]]:
    """An emulator in a process of its own."""
    environment = {**os.environ, "BIOT_EMULATOR_ADMIN": "ada@example.com:secret"}
    command = [sys.executable, "-c", "from biot_emulator.program.main import main; main()", "serve", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--data", str(tmp_path / "data")], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        match = re.search(r"http://\S+", line)
        assert match, line
        yield match[0], psutil.Process(process.pid)
    finally:
        process.terminate()
        process.communicate()


def peak(process: psutil.Process) -> int:
    """The most memory, in bytes, that a process has had."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) * 1024


def service_user(url: str) -> dict[str, str]:
    client = Client(url).log_in("ada@example.com", "secret")
    body = {"roleId": ROLE, "type": "EXTERNAL_SERVICE", "name": str(uuid.uuid4())}
    made: Any = client.call("POST", "/ums/v2/services", json=body).body
    return {
        "BIOT_BASE_URL": url,
        "BIOT_SERVICE_USER_ID": made["id"],
        "BIOT_SERVICE_USER_SECRET_KEY": made["secretKeyData"]["secretKey"],
    }


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of the memory is read from /proc")
def test_a_large_file_takes_little_memory_on_either_side(server: tuple[str, psutil.Process], tmp_path: Path) -> None:
    url, process = server
    source, target = tmp_path / "source", tmp_path / "target"
    with source.open("wb") as file:
        file.write(b"begin")
        file.seek(SIZE - 3)
        file.write(b"end")
    before = peak(process)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(source), str(target)],
        env={**os.environ, **service_user(url)},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    with source.open("rb") as file:
        assert seen["digest"] == hashlib.file_digest(file, "md5").hexdigest()
    assert seen["size"] == SIZE
    assert seen["grown"] * 1024 < 24 * MEBIBYTE
    assert peak(process) - before < 48 * MEBIBYTE
