"""A warm call of a function over HTTP on one's own machine: `python -m benchmarks.emulator.direct_calls`.

The same bare function in Python runs in the emulator, behind its function URL, and in `serverless-offline`, behind its
HTTP API. Each server is a process of its own, and gets the same calls in turns, from the same processes, from 1, 8 and
64 callers with a connection each. Either server starts processes of Python for calls that come at once, and keeps them:
serverless-offline has about 8 of them after 8 callers and 17 after 64, and the emulator, which has one to watch over
each plugin's process, 16 and 20. They are counted, and so is all memory. The processor's time is that of a server and
of all that it started.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass

import psutil

from benchmarks.emulator.load import Callers, Request, Rounds, calling
from benchmarks.emulator.served import MEGABYTE, deploy, running
from benchmarks.measuring.environments import ROOT
from benchmarks.measuring.report import Report
from benchmarks.measuring.table import Times

FOLDER = ROOT / ".cache" / "bench-direct"
PORT = 47113
RIVAL = {"serverless": "3", "serverless-offline": "13"}
RIVAL_NAME, OUR_NAME = "serverless-offline", "the emulator"
CALLERS = (1, 8, 64)
ROUNDS, SECONDS, STARTS = 5, 1.5, 3
SERVERLESS = f"""
service: demo
frameworkVersion: "3"
plugins: [serverless-offline]
provider: {{name: aws, runtime: python{sys.version_info.major}.{sys.version_info.minor}}}
custom: {{serverless-offline: {{httpPort: {PORT}, lambdaPort: {PORT + 1}, noPrependStageInUrl: true}}}}
functions:
  demo:
    handler: index.handler
    events: [{{httpApi: {{method: POST, path: /demo}}}}]
"""
CODE = """
import json


def handler(event, context):
    return {"statusCode": 200, "body": json.dumps({"request": json.loads(event["body"])["request"]})}
"""
BODY = json.dumps({"request": {f"field{index}": "x" * 40 for index in range(20)}})


@dataclass(frozen=True)
class Target:
    """A running server.

    Attributes:
        request: What calls its function.
        process: Its process.
        start: Seconds from the start of the process until it listens.
    """

    request: Request
    process: psutil.Process
    start: float

    def figures(self) -> dict[str, str]:
        """The number of its processes, and their memory without what they share with others."""
        processes = [self.process, *self.process.children(recursive=True)]
        runners = sum("python" in _name(each) for each in processes[1:])
        memory = sum(_unshared(each) for each in processes) / MEGABYTE
        return {"processes of Python beside it": str(runners), "memory of all": f"{memory:.0f} MB"}


def _name(process: psutil.Process) -> str:
    with suppress(psutil.NoSuchProcess):
        return str(process.name())
    return ""


def _unshared(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess):
        return int(process.memory_full_info().uss)
    return 0


def install() -> dict[str, str]:
    """Install `serverless-offline` unless it is there; return the versions."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "serverless.yml").write_text(SERVERLESS)
    (FOLDER / "index.py").write_text(CODE)
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is not on the PATH: it installs serverless-offline")
    modules = FOLDER / "node_modules"
    if not (modules / "serverless-offline").is_dir():
        packages = [f"{name}@{version}" for name, version in RIVAL.items()]
        subprocess.run([npm, "install", "--silent", "--no-fund", "--no-audit", *packages], cwd=FOLDER, check=True)
    return {name: json.loads((modules / name / "package.json").read_text())["version"] for name in RIVAL}


@contextmanager
def serverless() -> Iterator[Target]:
    """Runs `serverless-offline`, which is installed."""
    environment = {**os.environ, "SLS_TELEMETRY_DISABLED": "1", "SLS_NOTIFICATIONS_MODE": "off"}
    command = (FOLDER / "node_modules" / ".bin" / "serverless", "offline", "start")
    begin = time.perf_counter()
    with subprocess.Popen(
        command, cwd=FOLDER, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait_for(PORT)
            start = time.perf_counter() - begin
            yield Target(Request(PORT, "POST", "/demo", BODY), psutil.Process(process.pid), start)
        finally:
            for child in psutil.Process(process.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    child.kill()
            process.kill()


@contextmanager
def emulator() -> Iterator[Target]:
    """Runs the emulator."""
    with running() as served:
        path = deploy(served.port, served.log_in(), "demo", CODE)
        yield Target(Request(served.port, "POST", path, BODY), served.process, served.start[0])


def _wait_for(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        time.sleep(0.02)
    raise SystemExit("serverless-offline does not listen: start it by hand in .cache/bench-direct to see why")


SERVERS: dict[str, Callable[[], AbstractContextManager[Target]]] = {RIVAL_NAME: serverless, OUR_NAME: emulator}


def main() -> None:
    """Measures and prints."""
    report = Report("direct_calls", others=install())
    starts: dict[str, list[float]] = {name: [] for name in SERVERS}
    for _ in range(STARTS):
        for name, server in SERVERS.items():
            with server() as target:
                starts[name].append(target.start)
    of = {name: Times.of(values) for name, values in starts.items()}
    report.add("From the start until it listens", of, base=RIVAL_NAME, unit="ms")
    with serverless() as rival, emulator() as ours, calling() as callers:
        targets = {RIVAL_NAME: rival, OUR_NAME: ours}
        for target in targets.values():
            callers.load(target.request, 8, seconds=SECONDS)
        for count in CALLERS:
            _measure(report, targets, callers, count)
    report.write()


def _measure(report: Report, targets: dict[str, Target], callers: Callers, count: int) -> None:
    measured = {name: Rounds() for name in targets}
    for _ in range(ROUNDS):
        for name, target in targets.items():
            measured[name].measure(target.process, target.request, callers, count, SECONDS)
    title = f"A warm direct call, {count} callers"
    for column in ("p50", "p99"):
        of = {name: Times.of(getattr(rounds, column)) for name, rounds in measured.items()}
        report.add(f"{title}, {column}", of, base=RIVAL_NAME, unit="ms")
        ratio = f"{count} callers, {column} against {RIVAL_NAME}"
        report.add_ratio(ratio, of[OUR_NAME].over(of[RIVAL_NAME]), target=1.0)
    of = {name: Times.of(rounds.costs) for name, rounds in measured.items()}
    report.add(f"{title}, processor's time", of, base=RIVAL_NAME, unit="ms")
    report.add_figures(f"After {count} callers", {name: target.figures() for name, target in targets.items()})


if __name__ == "__main__":
    main()
