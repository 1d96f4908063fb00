"""What it takes to run one event on one's own machine, and to ask for help: `python -m benchmarks.commands.invocation`.

Whole processes, started in turns. `python-lambda-local` calls the function in its own process; `biot-plugin invoke`
runs AWS's runtime client in another one, as Lambda does. Each is measured with the same bare function, and with the
same plugin. The floor of a command's `--help` is a program with one command that imports typer and nothing else.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.measuring.environments import ROOT, environment, versions
from benchmarks.measuring.processes import Process, add, measure
from benchmarks.measuring.report import Report
from benchmarks.plugins.ours import BARE, STRIP, project
from docs_tools.commands_page import PROGRAMS, command_names

BIN = Path(sys.executable).parent
FOLDER = ROOT / ".cache" / "bench-local"
#: `python-lambda-local` 0.1.13 imports pkg_resources, which later setuptools do not have.
RIVAL = ("python-lambda-local", "setuptools<81")
RIVAL_CALL, INVOKE = "python-lambda-local, a bare function", "biot-plugin invoke, a bare function"
FLOOR = "typer's floor"
ROUNDS, HELP_ROUNDS = 31, 9
TYPER = """
import typer

app = typer.Typer()


@app.command()
def command(name: str, flag: bool = False) -> None:
    "Do something"


app()
"""


def with_event(name: str, code: str) -> Path:
    """Make a plugin with an event; return its folder."""
    from biot_plugin.testing import events

    folder = project(FOLDER / name, code)
    body = {"name": " Ada ", **{f"field{index}": "x" * 40 for index in range(12)}}
    event = events.pre_request("POST/organization/v1/users/patients", body=body)
    (folder / "event.json").write_text(json.dumps(event))
    return folder


def main() -> None:
    """Measures and prints."""
    bare, plugin = with_event("bare", BARE), with_event("plugin", STRIP)
    framework = ROOT / "framework"
    environment(plugin / ".venv", framework)
    programs = environment(FOLDER / "rival", framework, *RIVAL)
    call = (programs / "python-lambda-local", "-f", "handler", "index.py", "event.json")
    unsigned = {"BIOT_SHOULD_VALIDATE_JWT": "false"}
    invocations = {
        RIVAL_CALL: Process(call, bare),
        "python-lambda-local, the plugin, not verified": Process(call, plugin, unsigned),
        INVOKE: Process((BIN / "biot-plugin", "invoke", "event.json"), bare),
        "biot-plugin invoke, the plugin": Process((BIN / "biot-plugin", "invoke", "event.json"), plugin),
    }
    report = Report("local_invocation", "typer", others=versions(programs, ["python-lambda-local"]))
    measure(invocations, ROUNDS)
    wall = add(report, "One event, the whole process", invocations)
    report.add_ratio("invoke against python-lambda-local", wall[INVOKE].over(wall[RIVAL_CALL]), target=1.6)
    helps = {FLOOR: Process((sys.executable, "-c", TYPER, "--help"), FOLDER)}
    for words in [name for program in PROGRAMS for name in command_names(program)]:
        program, *rest = words.split()
        helps[words] = Process((BIN / program, *rest, "--help"), FOLDER)
    measure(helps, HELP_ROUNDS)
    wall = add(report, "--help", helps)
    over = {name: time - wall[FLOOR] for name, time in wall.items() if name != FLOOR}
    slowest = max(over, key=over.__getitem__)
    title = f"--help of {slowest}, the slowest, over typer's floor, in 40 ms"
    report.add_ratio(title, over[slowest] / 0.04, target=1.0)
    report.write()


if __name__ == "__main__":
    main()
