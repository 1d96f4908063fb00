"""How fast the emulator starts, and passes calls through interceptors: `python -m benchmarks.emulator [CHECKOUT ...]`.

Each checkout is measured in turns with all others, on the packages of the Python that runs this, so that a busy moment
hits all of them; without any it is this one. The emulator is a process of its own, and its callers are in others, each
with a connection that stays open. The processor's time is that of the emulator and its plugins, which says most where a
machine is not idle.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.emulator.load import Callers, Request, Rounds, calling
from benchmarks.emulator.served import ADA, CHANGE, MEGABYTE, PATIENTS, Connection, Running, deploy, running
from benchmarks.measuring.environments import ROOT
from benchmarks.measuring.report import Report
from benchmarks.measuring.table import Times

ROUNDS = 4
STARTS = 3
SECONDS = 1.5
WARM_UP = 16
#: Plugins among which memory is divided.
PLUGINS = 8
INTERCEPTORS, CALLERS = (0, 1, 3), (1, 8, 64)
CELLS = [(interceptors, callers) for interceptors in INTERCEPTORS for callers in CALLERS]


@dataclass
class Figures:
    """What was measured of a checkout, once for each round.

    Attributes:
        start: Seconds from the start of the process until it listens, and the processor's time in it.
        memory: Megabytes of the emulator's own process, right after its start and after all calls.
        plugin_memory: Megabytes that a plugin takes: its own process, and what the emulator keeps of it.
        calls: What calls took, by number of interceptors and of callers.
    """

    start: list[tuple[float, float]] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)
    plugin_memory: list[tuple[float, float]] = field(default_factory=list)
    calls: dict[tuple[int, int], Rounds] = field(default_factory=lambda: defaultdict(Rounds))


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
            figures.calls[interceptors, count].measure(emulator.process, request, callers, count, SECONDS)
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
        _row(f"{title}: calls a second", [statistics.median(of.calls[cell].rates) for of in figures.values()])
        for name in ("p50", "p99", "costs"):
            values = [1e3 * statistics.median(getattr(of.calls[cell], name)) for of in figures.values()]
            _row(f"{title}: {'processor' if name == 'costs' else name}, ms", values)


def _row(title: str, values: list[float]) -> None:
    print(f"{title:<44}" + "".join(f"{value:>11.1f} x{value / values[0]:5.2f}" for value in values))


def _median(pairs: list[tuple[float, float]], index: int) -> float:
    return statistics.median(pair[index] for pair in pairs)


def main() -> None:
    """Measures and prints."""
    checkouts = [Path(name).resolve() for name in sys.argv[1:]] or [ROOT]
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
        for column, name in (("p50", ""), ("p99", ", p99"), ("costs", ", processor's time")):
            times = {
                f"{count} interceptors": Times.of(getattr(of.calls[count, callers], column)) for count in INTERCEPTORS
            }
            report.add(f"{title}{name}", times, base="0 interceptors", unit="ms")
            if not name:
                one, none = times["1 interceptors"], times["0 interceptors"]
                report.add_ratio(f"one interceptor, {callers} callers", one.over(none), target=2.0)
    rates = {
        f"{count} interceptors": {
            f"{callers} callers": f"{statistics.median(of.calls[count, callers].rates):.0f}" for callers in CALLERS
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
