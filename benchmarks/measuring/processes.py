"""Times whole processes, in turns."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measuring.report import Report
from benchmarks.measuring.table import Times

__all__ = ["Process", "add", "measure"]


@dataclass
class Process:
    """A command line, and what its processes took.

    Attributes:
        command: The command line.
        folder: Where it runs.
        environment: Further variables.
        before: What is done before each run, which is not measured.
        wall: Seconds of each round.
        processor: Seconds of the processor's time of each round, those of its own processes included.
    """

    command: Sequence[str | Path]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], object] = lambda: None
    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def run(self) -> None:
        """Run it once.

        Raises:
            AssertionError: It failed.
        """
        self.before()
        begin = time.perf_counter()
        process = subprocess.Popen(
            list(map(str, self.command)),
            cwd=self.folder,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.wall.append(time.perf_counter() - begin)
        self.processor.append(usage.ru_utime + usage.ru_stime)
        assert process.returncode == 0, self.command


def measure(processes: Mapping[str, Process], rounds: int) -> None:
    """Run all of them in turns, and once before, which compiles bytecode and fills caches."""
    for round_ in range(rounds + 1):
        for process in processes.values():
            process.run()
            if not round_:
                process.wall.clear()
                process.processor.clear()


def add(report: Report, title: str, processes: Mapping[str, Process]) -> dict[str, Times]:
    """Report both times of the processes; return the wall times."""
    base = next(iter(processes))
    wall = {name: Times.of(of.wall) for name, of in processes.items()}
    processor = {name: Times.of(of.processor) for name, of in processes.items()}
    report.add(title, wall, base=base, unit="ms")
    report.add(f"{title}, processor's time", processor, base=base, unit="ms")
    return wall
