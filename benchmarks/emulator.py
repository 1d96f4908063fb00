"""How fast the emulator starts, and passes calls through interceptors: `python -m benchmarks.emulator [CHECKOUT ...]`.

Each checkout is measured in turns with all others, on the packages of the Python that runs this, so that a busy moment
hits all of them; without any it is this one. The emulator is a process of its own, and its callers are in others, each
with a connection that stays open. The processor's time is that of the emulator and its plugins, which says most where a
machine is not idle.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks.attacks import ADA, ADMIN, LOGIN, PATIENTS, deploy
from benchmarks.load import Callers, Request, calling, processor_time
from benchmarks.report import Report
from benchmarks.table import Times

ROUNDS = 4
STARTS = 3
SECONDS = 1.5
WARM_UP = 16
#: Plugins among which memory is divided.
PLUGINS = 8
CHANGE = f"PATCH{PATIENTS}/{{id}}"
INTERCEPTORS, CALLERS = (0, 1, 3), (1, 8, 64)
CELLS = [(interceptors, callers) for interceptors in INTERCEPTORS for callers in CALLERS]
SERVE = ("-c", "from biot_emulator.program.main import main; main()", "serve", "--port", "0")
MEGABYTE = 1024 * 1024

Cells = dict[tuple[int, int], list[float]]


def _cells() -> Cells:
    return defaultdict(list)


@dataclass
class Figures:
    """What was measured of a checkout, once for each round.

    Attributes:
        start: Seconds from the start of the process until it listens, and the processor's time in it.
        memory: Megabytes of the emulator's own process, right after its start and after all calls.
        plugin_memory: Megabytes that a plugin takes: its own process, and what the emulator keeps of it.
        rates: Calls in a second, by number of interceptors and of callers.
        p50: The median seconds of a call, likewise.
        p99: The seconds that one call of a hundred took longer than, likewise.
        costs: Seconds of the processor's time for a call, likewise.
    """

    start: list[tuple[float, float]] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)
    plugin_memory: list[tuple[float, float]] = field(default_factory=list)
    rates: Cells = field(default_factory=_cells)
    p50: Cells = field(default_factory=_cells)
    p99: Cells = field(default_factory=_cells)
    costs: Cells = field(default_factory=_cells)


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

    def log_in(self) -> str:
        """The administrator's token."""
        login = json.dumps({"username": ADMIN[0], "password": ADMIN[1]})
        token: str = Connection(self.port).call("POST", LOGIN, login)["accessJwt"]["token"]
        return token


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
            yield Running(itself, port, (time.perf_counter() - begin, processor_time(itself)))
        finally:
            process.terminate()


def measure(checkout: Path, figures: Figures, callers: Callers) -> None:
    """Measures a checkout once."""
    for _ in range(STARTS):
        with running(checkout) as emulator:
            figures.start.append(emulator.start)
    with running(checkout) as emulator:
        figures.plugin_memory.append(_plugin_memory(emulator))
    with running(checkout) as emulator:
        before = emulator.memory
        token = emulator.log_in()
        path = f"{PATIENTS}/{Connection(emulator.port, token).call('POST', PATIENTS, ADA)['_id']}"
        request = Request(emulator.port, "PATCH", path, ADA, token)
        deployed = 0
        for interceptors, count in CELLS:
            while deployed < interceptors:
                deployed += 1
                hooks = {"interceptions": [{"type": "PRE_REQUEST", "apiId": CHANGE, "order": deployed}]}
                deploy(emulator.port, token, f"passes-{deployed}", subscriptions=hooks)
            callers.load(request, count, calls=WARM_UP)  # the plugins' processes start
            spent = processor_time(emulator.process)
            seconds = callers.load(request, count, seconds=SECONDS)
            cell = interceptors, count
            figures.costs[cell].append((processor_time(emulator.process) - spent) / len(seconds))
            figures.rates[cell].append(len(seconds) / SECONDS)
            percentiles = statistics.quantiles(seconds, n=100)
            figures.p50[cell].append(percentiles[49])
            figures.p99[cell].append(percentiles[98])
        figures.memory.append((before, emulator.memory))


def _plugin_memory(emulator: Running) -> tuple[float, float]:
    """Megabytes that a plugin takes once it has been called: its own process, and what the emulator keeps of it."""
    token = emulator.log_in()
    before = emulator.memory
    for number in range(PLUGINS):
        path = deploy(emulator.port, token, f"waits-{number}")
        Connection(emulator.port).call("POST", path, json.dumps({"request": {}}))
    plugins = emulator.process.children(recursive=True)
    unshared = sum(float(process.memory_full_info().uss) for process in plugins)
    return unshared / PLUGINS / MEGABYTE, (emulator.memory - before) / PLUGINS


def show(figures: Mapping[str, Figures]) -> None:
    """Prints the medians of all rounds, side by side."""
    names = list(figures)
    print(f"\n{'':<44}" + "".join(f"{name:>18}" for name in names))
    for index, what in enumerate(("until it listens", "processor's time")):
        _row(f"start, {what}, ms", [1e3 * _median(of.start, index) for of in figures.values()])
    for index, moment in enumerate(("after the start", "after all calls")):
        _row(f"memory {moment}, MB", [_median(of.memory, index) for of in figures.values()])
    for index, whose in enumerate(("its process", "in the emulator")):
        _row(f"memory of a plugin, {whose}, MB", [_median(of.plugin_memory, index) for of in figures.values()])
    for cell in CELLS:
        title = f"{cell[0]} interceptors, {cell[1]} callers"
        _row(f"{title}: calls a second", [statistics.median(of.rates[cell]) for of in figures.values()])
        for name in ("p50", "p99", "costs"):
            values = [1e3 * statistics.median(getattr(of, name)[cell]) for of in figures.values()]
            _row(f"{title}: {'processor' if name == 'costs' else name}, ms", values)


def _row(title: str, values: list[float]) -> None:
    print(f"{title:<44}" + "".join(f"{value:>11.1f} x{value / values[0]:5.2f}" for value in values))


def _median(pairs: list[tuple[float, float]], index: int) -> float:
    return statistics.median(pair[index] for pair in pairs)


def main() -> None:
    """Measures and prints."""
    checkouts = [Path(name).resolve() for name in sys.argv[1:]] or [Path(__file__).parents[1]]
    figures = {checkout.name: Figures() for checkout in checkouts}
    with calling() as callers:
        for _ in range(ROUNDS):
            for checkout in checkouts:
                measure(checkout, figures[checkout.name], callers)
    show(figures)
    if len(figures) == 1:
        _report(*figures.values())


def _report(of: Figures) -> None:
    """Write the figures of a single checkout."""
    report = Report("emulator", "uvicorn")
    start = {
        name: Times.of([pair[index] for pair in of.start])
        for index, name in enumerate(("until it listens", "processor's time"))
    }
    report.add("The start of the emulator", start, base="until it listens", unit="ms")
    for callers in CALLERS:
        title = f"A call of the platform, {callers} callers"
        for column, name in ((of.p50, ""), (of.p99, ", p99"), (of.costs, ", processor's time")):
            times = {f"{count} interceptors": Times.of(column[count, callers]) for count in INTERCEPTORS}
            report.add(f"{title}{name}", times, base="0 interceptors", unit="ms")
            if not name:
                one, none = times["1 interceptors"], times["0 interceptors"]
                report.add_ratio(f"one interceptor, {callers} callers", one, none, target=2.0)
    rates = {
        f"{count} interceptors": {
            f"{callers} callers": f"{statistics.median(of.rates[count, callers]):.0f}" for callers in CALLERS
        }
        for count in INTERCEPTORS
    }
    report.add_figures("Calls a second", rates)
    report.add_figures("Memory", {"the emulator": _memory(of)})
    report.write()


def _memory(of: Figures) -> dict[str, str]:
    megabytes = {
        "after its start": _median(of.memory, 0),
        "after all calls": _median(of.memory, 1),
        "for each plugin": _median(of.plugin_memory, 1),
        "a plugin's own process": _median(of.plugin_memory, 0),
    }
    return {name: f"{value:.1f} MB" for name, value in megabytes.items()}


if __name__ == "__main__":
    main()
