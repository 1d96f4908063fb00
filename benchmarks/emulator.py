"""How fast the emulator starts, and passes calls through interceptors: `python -m benchmarks.emulator [CHECKOUT ...]`.

Each checkout is measured in turns with all others, on the packages of the Python that runs this, so that a busy moment
hits all of them; without any it is this one. The emulator is a process of its own; its callers are threads of this one,
each with a connection that stays open. The processor's time is that of the emulator and its plugins, which says most
where a machine is not idle.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any

import psutil

from benchmarks.attacks import ADA, ADMIN, LOGIN, PATIENTS, deploy
from benchmarks.report import Report
from benchmarks.table import Times

ROUNDS = 5
STARTS = 3
SECONDS = 2.0
WARM_UP = 16
CHANGE = f"PATCH{PATIENTS}/{{id}}"
CELLS = [(interceptors, callers) for interceptors in (0, 1, 3) for callers in (1, 8)]
SERVE = ("-c", "from biot_emulator.serve import main; main()", "serve", "--port", "0")
MEGABYTE = 1024 * 1024


@dataclass
class Figures:
    """What was measured of a checkout, once for each round.

    Attributes:
        start: Seconds from the start of the process until it listens, and the processor's time in it.
        memory: Megabytes of the emulator's own process, right after its start and after all calls.
        rates: Calls in a second, by number of interceptors and of callers.
        times: Seconds that each call took, likewise.
        costs: Seconds of the processor's time for a call, likewise.
    """

    start: list[tuple[float, float]] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)
    rates: dict[tuple[int, int], list[float]] = field(default_factory=lambda: defaultdict(list))
    times: dict[tuple[int, int], list[float]] = field(default_factory=lambda: defaultdict(list))
    costs: dict[tuple[int, int], list[float]] = field(default_factory=lambda: defaultdict(list))


class Connection:
    """Calls the emulator on one connection."""

    def __init__(self, port: int, token: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"content-type": "application/json", **({"authorization": f"Bearer {token}"} if token else {})}

    def call(self, method: str, path: str, body: str | None = None) -> Any:
        """Makes a call; returns the body."""
        self._connection.request(method, path, body, self._headers)
        response = self._connection.getresponse()
        content = response.read()
        assert response.status < 300, (method, path, response.status, content)
        return json.loads(content)

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()


@dataclass(frozen=True)
class Running:
    """A running emulator."""

    process: psutil.Process
    port: int
    start: tuple[float, float]

    @property
    def memory(self) -> float:
        """Megabytes of the emulator's own process."""
        return float(self.process.memory_info().rss) / MEGABYTE

    @property
    def processor_time(self) -> float:
        """Seconds that the processor has spent on the emulator and its plugins."""
        return sum(_processor_time(process) for process in (self.process, *self.process.children(recursive=True)))


def _processor_time(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


@contextmanager
def running(checkout: Path) -> Iterator[Running]:
    """Runs the emulator of a checkout."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(checkout / "emulator" / "src"),
        "BIOT_EMULATOR_ADMIN": ":".join(ADMIN),
    }
    # Nobody's emulator compiles all of itself at each start.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    begin = time.perf_counter()
    with subprocess.Popen([sys.executable, *SERVE], stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout
        port = int(process.stdout.readline().rpartition(":")[2])
        try:
            itself = psutil.Process(process.pid)
            yield Running(itself, port, (time.perf_counter() - begin, _processor_time(itself)))
        finally:
            process.terminate()


def measure(checkout: Path, figures: Figures) -> None:
    """Measures a checkout once."""
    for _ in range(STARTS):
        with running(checkout) as emulator:
            figures.start.append(emulator.start)
    with running(checkout) as emulator:
        before = emulator.memory
        login = json.dumps({"username": ADMIN[0], "password": ADMIN[1]})
        token = Connection(emulator.port).call("POST", LOGIN, login)["accessJwt"]["token"]
        path = f"{PATIENTS}/{Connection(emulator.port, token).call('POST', PATIENTS, ADA)['_id']}"
        deployed = 0
        for interceptors, callers in CELLS:
            while deployed < interceptors:
                deployed += 1
                hooks = {"interceptions": [{"type": "PRE_REQUEST", "apiId": CHANGE, "order": deployed}]}
                deploy(emulator.port, token, f"passes-{deployed}", subscriptions=hooks)
            _load(emulator.port, token, path, callers, WARM_UP)  # the plugins' processes start
            spent, end = emulator.processor_time, time.perf_counter() + SECONDS
            seconds = _load(emulator.port, token, path, callers, until=end)
            figures.costs[interceptors, callers].append((emulator.processor_time - spent) / len(seconds))
            figures.rates[interceptors, callers].append(len(seconds) / SECONDS)
            figures.times[interceptors, callers].extend(seconds)
        figures.memory.append((before, emulator.memory))


def _load(port: int, token: str, path: str, callers: int, calls: int = sys.maxsize, until: float = inf) -> list[float]:
    """Have callers change a patient; return how long each call took.

    Args:
        port: The emulator's.
        token: The callers'.
        path: The patient's.
        callers: How many there are.
        calls: How often each of them calls at most.
        until: When all of them stop.
    """
    seconds: list[float] = []

    def call() -> None:
        connection = Connection(port, token)
        for _ in range(calls):
            begin = time.perf_counter()
            if begin > until:
                break
            connection.call("PATCH", path, ADA)
            seconds.append(time.perf_counter() - begin)
        connection.close()

    threads = [threading.Thread(target=call) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seconds


def show(figures: Mapping[str, Figures]) -> None:
    """Prints the medians of all rounds, side by side."""
    names = list(figures)
    print(f"\n{'':<44}" + "".join(f"{name:>18}" for name in names))
    for index, what in enumerate(("until it listens", "processor's time")):
        times = [statistics.median(pair[index] for pair in of.start) for of in figures.values()]
        _row(f"start, {what}, ms", [1e3 * time for time in times])
    for index, moment in enumerate(("after the start", "after all calls")):
        memory = [statistics.median(pair[index] for pair in of.memory) for of in figures.values()]
        _row(f"memory {moment}, MB", memory)
    for interceptors, callers in CELLS:
        cell = f"{interceptors} interceptors, {callers} callers"
        _row(f"{cell}: calls a second", [statistics.median(of.rates[interceptors, callers]) for of in figures.values()])
        costs = [statistics.median(of.costs[interceptors, callers]) for of in figures.values()]
        _row(f"{cell}: processor's time, ms", [1e3 * cost for cost in costs])
        for percent in (50, 99):
            _row(
                f"{cell}: p{percent}, ms",
                [1e3 * _percentile(of.times[interceptors, callers], percent) for of in figures.values()],
            )


def _row(title: str, values: list[float]) -> None:
    print(f"{title:<44}" + "".join(f"{value:>11.1f} x{value / values[0]:5.2f}" for value in values))


def _percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]


def main() -> None:
    """Measures and prints."""
    checkouts = [Path(name).resolve() for name in sys.argv[1:]] or [Path(__file__).parents[1]]
    figures = {checkout.name: Figures() for checkout in checkouts}
    for _ in range(ROUNDS):
        for checkout in checkouts:
            measure(checkout, figures[checkout.name])
    show(figures)
    if len(figures) == 1:
        _report(*figures.values())


def _report(of: Figures) -> None:
    """Write the figures of a single checkout."""
    report = Report("emulator")
    for callers in sorted({callers for _, callers in CELLS}):
        times = {f"{count} interceptors": Times.of(of.times[count, callers]) for count in (0, 1, 3)}
        report.add(f"A call of the platform, {callers} callers", times, base="0 interceptors", unit="ms")
        report.add_ratio(
            f"one interceptor, {callers} callers", times["1 interceptors"], times["0 interceptors"], target=2.0
        )
    report.write()


if __name__ == "__main__":
    main()
