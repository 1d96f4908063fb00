"""What a cold start takes, from the packaged plugin: `python -m benchmarks.cold_start`.

Each plugin's process is started in turns with all others, in AWS's runtime client, against one server that is the
platform and Lambda's Runtime API. The column for 128 MB is an estimate: Lambda runs init on a whole processor and an
invocation on 128/1769 of one, so that it is init's processor time and fourteen times that of the first event.

The target is against the samples' way as it is usually packaged, without bytecode that Lambda can use: that of a file
is stale if it was written in an odd second, and of all files if the archive was made outside UTC; `sam build` and
chalice leave it out. What the target would be beside bytecode of which half or all is valid is printed with it. The
other rivals have valid bytecode, which is their best case.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

from benchmarks.cold_start.first_event import Figures, first_event, runtime, serving_event
from benchmarks.cold_start.plugins import FOLDER, PLUGINS, SAMPLES, SAMPLES_HALF, SAMPLES_VALID, Packaged, package
from benchmarks.measuring.environments import versions
from benchmarks.measuring.report import Report
from benchmarks.measuring.table import Times

ROUNDS = 21
THROTTLED = 1769 / 128
AT_128_MB, FIRST_EVENT = "Cold start, estimated for 128 MB", "First event, processor's time"
COLUMNS: dict[str, Callable[[Figures], float]] = {
    "Init": lambda of: of.init,
    "Init, processor's time": lambda of: of.init_processor,
    "First event": lambda of: of.invocation,
    FIRST_EVENT: lambda of: of.invocation_processor,
    AT_128_MB: lambda of: of.init_processor + of.invocation_processor * THROTTLED,
}
TARGETS = {AT_128_MB: 0.35, FIRST_EVENT: 0.15}


def main() -> None:
    """Packages, measures and prints."""
    python = runtime()
    packaged = {name: package(name, FOLDER / f"plugin-{number}") for number, name in enumerate(PLUGINS)}
    with serving_event() as platform:
        measured: dict[str, list[Figures]] = {name: [] for name in PLUGINS}
        for _ in range(ROUNDS):
            for name, plugin in packaged.items():
                measured[name].append(first_event(python, plugin.folder, platform))
        counted = {name: first_event(python, plugin.folder, platform, count=True) for name, plugin in packaged.items()}
    compared = {name: number for plugin in packaged.values() for name, number in plugin.versions.items()}
    report = Report("cold_start", others={**versions(python.parent, ["awslambdaric"]), **compared})
    for title, pick in COLUMNS.items():
        times = {name: Times.of([pick(of) for of in figures]) for name, figures in measured.items()}
        report.add(title, times, base=SAMPLES, unit="ms")
        if title in TARGETS:
            for name in (SAMPLES, SAMPLES_HALF, SAMPLES_VALID):
                report.add_ratio(
                    f"{title}, against {name}",
                    times["biot_plugin"].over(times[name]),
                    target=TARGETS[title] if name == SAMPLES else None,
                )
    others = {name: _others(measured[name], counted[name], packaged[name]) for name in PLUGINS}
    report.add_figures("memory, modules, files", others)
    report.write()


def _others(figures: list[Figures], counted: Figures, packaged: Packaged) -> dict[str, str]:
    return {
        "memory": f"{median(of.memory for of in figures) / 1e6:.0f} MB",
        "modules": f"{counted.modules[0]} + {counted.modules[1]}",
        "files": f"{counted.files[0]} + {counted.files[1]}",
        "zip": f"{packaged.bytes / 1e6:.1f} MB",
    }


if __name__ == "__main__":
    main()
