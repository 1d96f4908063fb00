"""What it takes to run one event on one's own machine, and to ask for help: `python -m benchmarks.local_invocation`.

Whole processes, started in turns. `python-lambda-local` calls the function in its own process; `biot-plugin invoke`
runs AWS's runtime client in another one, as Lambda does. Each is measured with the same bare function, and with the
same plugin. The floor of a command's `--help` is a program with one command that imports typer and nothing else.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.report import Report
from benchmarks.table import Times
from docs_tools.commands_page import PROGRAMS, command_names

ROOT = Path(__file__).parents[1]
UV = ROOT / ".uv" / "bin" / "uv"
BIN = Path(sys.executable).parent
FOLDER = ROOT / ".cache" / "bench-local"
#: `python-lambda-local` 0.1.13 imports pkg_resources, which later setuptools do not have.
RIVAL = ("python-lambda-local", "setuptools<81")
RIVAL_CALL, INVOKE = "python-lambda-local, a bare function", "biot-plugin invoke, a bare function"
FLOOR = "typer's floor"
ROUNDS = 15

BARE = """
import json


def handler(event, context):
    request = json.loads(event["body"])["request"]
    request["body"]["name"] = request["body"]["name"].strip()
    return {"statusCode": 200, "body": json.dumps({"request": request})}
"""
PLUGIN = """
from biot_plugin import Plugin, PreRequest

plugin = Plugin()


@plugin.pre_request("POST/organization/v1/users/patients")
def strip(event: PreRequest) -> None:
    event.body["name"] = event.body["name"].strip()


handler = plugin.handler
"""
MANIFEST = f"""
[tool.biot-plugin]
name = "demo"
display-name = "Demo"
version = 1
runtime = "python{sys.version_info.major}.{sys.version_info.minor}"
"""
TYPER = """
import typer

app = typer.Typer()


@app.command()
def command(name: str, flag: bool = False) -> None:
    "Do something"


app()
"""


@dataclass
class Process:
    """A command line, and what its processes took.

    Attributes:
        command: The command line.
        folder: Where it runs.
        environment: Further variables.
        wall: Seconds of each round.
        processor: Seconds of the processor's time of each round, those of its own processes included.
    """

    command: Sequence[str | Path]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def run(self) -> None:
        """Run it once.

        Raises:
            AssertionError: It failed.
        """
        begin = time.perf_counter()
        process = subprocess.Popen(
            list(map(str, self.command)),
            cwd=self.folder,
            env={**os.environ, **self.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.wall.append(time.perf_counter() - begin)
        self.processor.append(usage.ru_utime + usage.ru_stime)
        assert process.returncode == 0, self.command


def measure(processes: Mapping[str, Process]) -> None:
    """Run all of them in turns."""
    for round_ in range(ROUNDS + 1):
        for process in processes.values():
            process.run()
            if not round_:  # compiles bytecode, fills caches
                process.wall.clear()
                process.processor.clear()


def add(report: Report, title: str, processes: Mapping[str, Process]) -> dict[str, Times]:
    """Report both times of the processes; return the wall times."""
    base = next(iter(processes))
    wall = {name: Times.of(of.wall) for name, of in processes.items()}
    report.add(title, wall, base=base, unit="ms")
    report.add(
        f"{title}, processor's time",
        {name: Times.of(of.processor) for name, of in processes.items()},
        base=base,
        unit="ms",
    )
    return wall


def project(name: str, code: str) -> Path:
    """Make a plugin with an event; return its folder."""
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.py").write_text(code)
    (folder / "pyproject.toml").write_text(MANIFEST)
    from biot_plugin.testing import events

    body = {"name": " Ada ", **{f"field{index}": "x" * 40 for index in range(12)}}
    event = events.pre_request("POST/organization/v1/users/patients", body=body)
    (folder / "event.json").write_text(json.dumps(event))
    return folder


def _environment(folder: Path, *distributions: str) -> Path:
    """Make an environment with the framework and these distributions; return the folder of its programs."""
    subprocess.run([UV, "venv", "--quiet", "--allow-existing", "--python", sys.executable, folder], check=True)
    programs = folder / "bin"
    install = (UV, "pip", "install", "--quiet", "--compile-bytecode", "--python", programs / "python")
    subprocess.run((*install, ROOT / "framework", *distributions), check=True)
    return programs


def main() -> None:
    """Measures and prints."""
    bare, plugin = project("bare", BARE), project("plugin", PLUGIN)
    _environment(plugin / ".venv")
    rival = _environment(FOLDER / "rival", *RIVAL) / "python-lambda-local"
    call = (rival, "-f", "handler", "index.py", "event.json")
    unsigned = {"BIOT_SHOULD_VALIDATE_JWT": "false"}
    invocations = {
        RIVAL_CALL: Process(call, bare),
        "python-lambda-local, the plugin, not verified": Process(call, plugin, unsigned),
        INVOKE: Process((BIN / "biot-plugin", "invoke", "event.json"), bare),
        "biot-plugin invoke, the plugin": Process((BIN / "biot-plugin", "invoke", "event.json"), plugin),
    }
    report = Report("local_invocation", "typer")
    measure(invocations)
    wall = add(report, "One event, the whole process", invocations)
    report.add_ratio("invoke against python-lambda-local", wall[INVOKE], wall[RIVAL_CALL], target=1.6)
    (FOLDER / "typer_floor.py").write_text(TYPER)
    helps = {FLOOR: Process((sys.executable, "typer_floor.py", "--help"), FOLDER)}
    for words in [name for program in PROGRAMS for name in command_names(program)]:
        program, *rest = words.split()
        helps[words] = Process((BIN / program, *rest, "--help"), FOLDER)
    measure(helps)
    wall = add(report, "--help", helps)
    over = {name: time - wall[FLOOR] for name, time in wall.items() if name != FLOOR}
    slowest = max(over, key=over.__getitem__)
    report.add_ratio(f"--help of {slowest}, the slowest, over typer's floor, in 40 ms", over[slowest], 0.04, target=1.0)
    report.write()


if __name__ == "__main__":
    main()
