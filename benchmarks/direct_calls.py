"""A warm call of a function over HTTP on one's own machine: `python -m benchmarks.direct_calls`.

The same bare function in Python runs in the emulator, behind its function URL, and in `serverless-offline`, behind its
HTTP API. Each server is a process of its own, and gets the same calls in turns, from 1, 8 and 64 callers with a
connection each.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import quantiles

import psutil

from benchmarks.attacks import ADMIN, LOGIN, deploy
from benchmarks.emulator import Connection, running
from benchmarks.report import Report
from benchmarks.table import Times

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".cache" / "bench-direct"
PORT = 47113
RIVAL = ("serverless@3", "serverless-offline@13")
RIVAL_NAME, OUR_NAME = "serverless-offline", "the emulator"
CALLERS = (1, 8, 64)
ROUNDS, SECONDS = 5, 2.0
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

Target = tuple[int, str, psutil.Process]


@contextmanager
def serverless() -> Iterator[Target]:
    """Runs `serverless-offline`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "serverless.yml").write_text(SERVERLESS)
    (FOLDER / "index.py").write_text(CODE)
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is not on the PATH: it installs serverless-offline")
    if not (FOLDER / "node_modules" / "serverless-offline").is_dir():
        subprocess.run([npm, "install", "--silent", "--no-fund", "--no-audit", *RIVAL], cwd=FOLDER, check=True)
    environment = {**os.environ, "SLS_TELEMETRY_DISABLED": "1", "SLS_NOTIFICATIONS_MODE": "off"}
    command = (FOLDER / "node_modules" / ".bin" / "serverless", "offline", "start")
    with subprocess.Popen(
        command, cwd=FOLDER, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait_for(PORT)
            yield PORT, "/demo", psutil.Process(process.pid)
        finally:
            for child in psutil.Process(process.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    child.kill()
            process.kill()


@contextmanager
def emulator() -> Iterator[Target]:
    """Runs the emulator."""
    with running(ROOT) as served:
        login = json.dumps({"username": ADMIN[0], "password": ADMIN[1]})
        token = Connection(served.port).call("POST", LOGIN, login)["accessJwt"]["token"]
        yield served.port, deploy(served.port, token, "demo"), served.process


def _wait_for(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with suppress(OSError):
            http.client.HTTPConnection("127.0.0.1", port, timeout=5).connect()
            return
        time.sleep(0.2)
    raise SystemExit("serverless-offline does not listen: start it by hand in .cache/bench-direct to see why")


def load(target: Target, callers: int, seconds: float) -> list[float]:
    """Call a server for a while; return how long each call took."""
    port, path, _ = target
    times: list[float] = []
    until = time.perf_counter() + seconds

    def call() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while (begin := time.perf_counter()) < until:
            connection.request("POST", path, BODY, {"content-type": "application/json"})
            response = connection.getresponse()
            content = response.read()
            assert response.status == 200, content
            times.append(time.perf_counter() - begin)
        connection.close()

    threads = [threading.Thread(target=call) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def processor_time(process: psutil.Process) -> float:
    """Seconds that the processor has spent on a process and those that it started."""
    total = 0.0
    for each in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            times = each.cpu_times()
            total += times.user + times.system
    return total


def main() -> None:
    """Measures and prints."""
    with serverless() as rival, emulator() as ours:
        targets = {RIVAL_NAME: rival, OUR_NAME: ours}
        for target in targets.values():
            load(target, 8, SECONDS)
        report = Report("direct_calls")
        for callers in CALLERS:
            times: dict[str, list[float]] = {name: [] for name in targets}
            costs = dict.fromkeys(targets, 0.0)
            for _ in range(ROUNDS):
                for name, target in targets.items():
                    before = processor_time(target[2])
                    times[name] += load(target, callers, SECONDS)
                    costs[name] += processor_time(target[2]) - before
            _add(report, f"{callers} callers", times, costs)
        report.write()


def _add(report: Report, title: str, times: dict[str, list[float]], costs: dict[str, float]) -> None:
    percentiles = {name: quantiles(seconds, n=100) for name, seconds in times.items()}
    for percent in (50, 99):
        of = {name: Times.of([values[percent - 1]]) for name, values in percentiles.items()}
        report.add(f"A warm direct call, {title}, p{percent}", of, base=RIVAL_NAME, unit="ms")
        report.add_ratio(f"{title}, p{percent} against {RIVAL_NAME}", of[OUR_NAME], of[RIVAL_NAME], target=1.0)
    of = {name: Times.of([costs[name] / len(seconds)]) for name, seconds in times.items()}
    report.add(f"A warm direct call, {title}, processor's time", of, base=RIVAL_NAME, unit="ms")


if __name__ == "__main__":
    main()
