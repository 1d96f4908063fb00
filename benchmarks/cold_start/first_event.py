"""Runs a plugin's first event in AWS's runtime client, and measures its process from outside."""

from __future__ import annotations

import json
import mmap
import os
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

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


class _Moment:
    """What a process has used so far."""

    def __init__(self, pid: int, counters: mmap.mmap | None) -> None:
        self.wall = time.perf_counter()
        # The clock of another process' processor time: what clock_getcpuclockid(3) returns for it on Linux.
        self.processor = time.clock_gettime((~pid << 3) | 2)
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        self.memory = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
        self.modules, self.files = struct.unpack("qq", counters[:16]) if counters else (0, 0)


@dataclass
class Platform:
    """The key endpoint and the Runtime API, on one server.

    Attributes:
        port: Where it listens.
        key: The public key, as the platform sends it.
        event: The event that a process gets first; it waits for a second one in vain.
    """

    port: int
    key: str
    event: bytes

    def __post_init__(self) -> None:
        self.pid, self.counters = 0, None
        self.moments: list[_Moment] = []
        self.reply: Any = None
        self.asked_twice, self.ended = threading.Event(), threading.Event()

    def reset(self, counters: mmap.mmap | None) -> None:
        """Forget the process before."""
        self.pid, self.counters, self.moments, self.reply = 0, counters, [], None  # type: ignore[assignment]
        self.asked_twice, self.ended = threading.Event(), threading.Event()

    def asked(self) -> bytes | None:
        """Note that the process asks for an event; return it, or nothing once it has ended if it has had it."""
        while not self.pid:
            time.sleep(0.0001)
        self.moments.append(_Moment(self.pid, self.counters))
        if len(self.moments) == 1:
            return self.event
        self.asked_twice.set()
        # A process that gets no event asks again, and the next one would be taken for it.
        self.ended.wait()
        return None


@contextmanager
def serving(key: str, event: Mapping[str, Any]) -> Iterator[Platform]:
    """Serve a platform."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def log_message(self, *_: object) -> None:
            """Logs nothing."""

        def answer(self, status: int, content: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(content))}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self) -> None:
            if "public-key" in self.path:
                return self.answer(200, json.dumps({"publicKey": key}).encode(), content_type="application/json")
            if (content := platform.asked()) is None:
                self.close_connection = True
                return None
            deadline = str(int((time.time() + 30) * 1000))
            headers = {"lambda_runtime_aws_request_id": "1", "lambda_runtime_deadline_ms": deadline}
            arn = "arn:aws:lambda:us-east-1:123456789012:function:demo"
            return self.answer(
                200, content, lambda_runtime_invoked_function_arn=arn, content_type="application/json", **headers
            )

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("content-length") or 0))
            platform.reply = (self.path.rpartition("/")[2], json.loads(content or b"null"))
            self.answer(202, b"{}", content_type="application/json")

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    platform = Platform(server.server_address[1], key, json.dumps(event).encode())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


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
