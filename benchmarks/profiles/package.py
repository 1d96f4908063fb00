"""What `biot-plugin package` does where one line has changed, and where nothing has.

What it waits for is not sampled: git and uv have rows of their own beside the profile, with what else it needs.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.commands.invocation import BIN, FLOOR, TYPER
from benchmarks.measuring.environments import ROOT, UV
from benchmarks.measuring.processes import Process, add, measure
from benchmarks.measuring.report import Report
from benchmarks.packages.tools import OURS_NAME, TOOLS
from benchmarks.profiles.imports import import_tree, modules
from benchmarks.profiles.stacks import Profile, sampled_processes

__all__ = ["one_line", "unchanged"]

FOLDER = ROOT / ".cache" / "bench-profile-package"
TOOL = TOOLS[OURS_NAME]
COMMAND = (str(BIN / "biot-plugin"), "package")
RUNS, ROUNDS = 8, 9
ONE_LINE, UNCHANGED = "biot-plugin package, one line changed", "biot-plugin package, nothing changed"
MODULES = "the modules that it loads"
_TRACED = "import sys; sys.argv = ['biot-plugin', 'package']; from biot_plugin_cli.program import main; main()"
_HASHED = "import hashlib, pathlib, sys; hashlib.sha256(pathlib.Path(sys.argv[1]).read_bytes()).hexdigest()"


def one_line(_report: Report) -> Profile:
    """Sample packaging after a change of one line."""
    return sampled_processes(ONE_LINE, COMMAND, _packaged(), runs=RUNS, before=partial(TOOL.change, FOLDER))


def unchanged(report: Report) -> Profile:
    """Sample packaging after no change; report what else takes a part of it, and what all of it cannot do without."""
    folder = _packaged()
    processes = {
        "python, nothing": Process((sys.executable, "-c", "pass"), folder),
        FLOOR: Process((sys.executable, "-c", TYPER, "--help"), folder),
        "biot-plugin --help": Process((BIN / "biot-plugin", "--help"), folder),
        MODULES: Process((sys.executable, "-c", _imports(folder)), folder),
        "uv: whether the lock is up to date": Process(_uv(), folder),
        "git: its settings": Process(("git", "config", "--list", "--includes", "--show-scope", "-z"), folder),
        "git: whose files these are": Process(_git(), folder),
        "the package is read and hashed": Process((sys.executable, "-c", _HASHED, TOOL.result), folder),
        UNCHANGED: Process(COMMAND, folder),
        ONE_LINE: Process(COMMAND, folder, before=partial(TOOL.change, folder)),
    }
    measure(processes, ROUNDS)
    wall = add(report, "Packaging, and its parts alone", processes)
    ratio = wall[UNCHANGED].over(wall[MODULES])
    report.add_ratio("package, nothing changed, against its modules alone", ratio, target=None)
    return sampled_processes(UNCHANGED, COMMAND, folder, runs=RUNS)


def _packaged() -> Path:
    """A project that has been packaged."""
    if not (FOLDER / TOOL.result).exists():
        TOOL.write(FOLDER)
        subprocess.run([UV, "lock", "--quiet", "--python", sys.executable], cwd=FOLDER, check=True)
    subprocess.run(COMMAND, cwd=FOLDER, check=True, capture_output=True)
    return FOLDER


def _uv() -> tuple[str | Path, ...]:
    return (UV, "lock", "--check", "--quiet", "--offline", "--python", sys.executable)


def _git() -> tuple[str, ...]:
    return ("git", "ls-files", "-z", "-t", "--stage", "--cached", "--others", "--exclude-standard")


def _imports(folder: Path) -> str:
    """The statements that import what the command imports, in its order, and nothing else."""

    def lines() -> Iterator[str]:
        command = (sys.executable, "-X", "importtime", "-c", _TRACED)
        said = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stderr
        for module in modules(import_tree("", said.splitlines())):
            yield f"try:\n    import {module.name}\nexcept ImportError:\n    pass"

    return "\n".join(lines())
