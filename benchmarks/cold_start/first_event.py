"""Runs a plugin's first event in AWS's runtime client, and measures its process from outside."""

from __future__ import annotations

import mmap
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cold_start.platform import Platform, serving
from benchmarks.measuring.environments import ROOT, environment as installed
from benchmarks.plugins.key_service import encoded

__all__ = ["COMMAND", "Figures", "Platform", "first_event", "lambda_environment", "runtime", "serving_event"]

COMMAND = ("-m", "awslambdaric", "index.handler")

#: What the process reports of itself when it is asked to count: a counter is read without disturbing the process.
_COUNTER = """
import mmap, os, struct, sys
_file = open(os.environ["COUNTERS"], "r+b")
_memory, _opened = mmap.mmap(_file.fileno(), 16), 0
def _count(event, arguments):
    global _opened
    if event == "open":
        _opened += 1
    if event in ("open", "import", "exec"):
        _memory[:16] = struct.pack("qq", len(sys.modules), _opened)
sys.addaudithook(_count)
"""


@dataclass(frozen=True)
class Figures:
    """What a first event took; seconds, bytes and counts.

    Attributes:
        init: Wall time from the start of the process until it asks for an event.
        init_processor: The processor's time of that.
        invocation: Wall time from there until it asks for the next event.
        invocation_processor: The processor's time of that.
        memory: The greatest resident size.
        modules: Modules that were loaded during init, and in the first event.
        files: Files that were opened during init, and in the first event.
    """

    init: float
    init_processor: float
    invocation: float
    invocation_processor: float
    memory: int
    modules: tuple[int, int] = (0, 0)
    files: tuple[int, int] = (0, 0)


def serving_event() -> AbstractContextManager[Platform]:
    """Serve a platform whose event is signed by its key."""
    from biot_plugin.testing import default_signer, events, signed

    body = {"name": " Ada ", **{f"field{index}": "x" * 40 for index in range(12)}}
    event = events.pre_request("POST/organization/v1/users/patients", body=body)
    return serving(encoded(default_signer().public_key), signed(event, default_signer()))


def runtime() -> Path:
    """Install AWS's runtime client; return the interpreter that has it."""
    return installed(ROOT / ".cache" / "bench-cold-start" / "runtime", "awslambdaric") / "python"


def first_event(python: Path, task: Path, platform: Platform, *, count: bool = False) -> Figures:
    """Start a plugin's process, send it the event, and stop it.

    Args:
        python: An interpreter that has AWS's runtime client.
        task: The unpacked plugin.
        platform: The platform that it calls.
        count: Whether modules and files are counted, which takes time.

    Raises:
        AssertionError: The plugin refused the event, or failed.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = lambda_environment(folder, task, platform)
        platform.reset(_counters(folder, environment) if count else None)
        begin = time.perf_counter()
        answered = _run((python, *COMMAND), task, environment, platform, folder / "log")
        assert answered, (folder / "log").read_text()
    return _figures(platform, begin)


def lambda_environment(folder: Path, task: Path, platform: Platform) -> dict[str, str]:
    """The variables that Lambda sets; modules are found in a folder of its own, and in the plugin."""
    return {
        "PATH": os.defpath,
        "PYTHONPATH": f"{folder}:{task}",
        # As on Lambda, where the plugin's folder is not writable.
        "PYTHONDONTWRITEBYTECODE": "1",
        "LAMBDA_TASK_ROOT": str(task),
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{platform.port}",
        "AWS_LAMBDA_FUNCTION_NAME": "demo",
        "BIOT_BASE_URL": f"http://127.0.0.1:{platform.port}",
    }


def _counters(folder: Path, environment: dict[str, str]) -> mmap.mmap:
    """Have the process count; return the counters."""
    file = folder / "counters"
    (folder / "sitecustomize.py").write_text(_COUNTER)
    file.write_bytes(bytes(16))
    environment["COUNTERS"] = str(file)
    with file.open("r+b") as opened:
        return mmap.mmap(opened.fileno(), 16)


def _run(
    command: Sequence[str | Path], task: Path, environment: Mapping[str, str], platform: Platform, log: Path
) -> bool:
    """Run the process until it has had the event, or for a minute; return whether it has."""
    with (
        log.open("wb") as output,
        subprocess.Popen(command, cwd=task, env=environment, stdout=output, stderr=output) as process,
    ):
        platform.pid = process.pid
        answered = platform.asked_twice.wait(60)
        process.kill()
        process.wait()
        platform.ended.set()
    return answered


def _figures(platform: Platform, begin: float) -> Figures:
    """Return what the process took until it was ready, and until it had answered."""
    kind, reply = platform.reply
    assert kind == "response", reply
    assert reply["statusCode"] == 200, reply
    ready, done = platform.moments[:2]
    return Figures(
        init=ready.wall - begin,
        init_processor=ready.processor,
        invocation=done.wall - ready.wall,
        invocation_processor=done.processor - ready.processor,
        memory=done.memory,
        modules=(ready.modules, done.modules - ready.modules),
        files=(ready.files, done.files - ready.files),
    )
