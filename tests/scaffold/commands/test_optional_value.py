from __future__ import annotations

import json
import re
import socket
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer

from biot_plugin_cli.commands.optional_value import DEBUG_PORT, OptionalPort
from biot_plugin_cli.commands.options import DebugPort
from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.git.runner import git
from biot_plugin_cli.plugin.debugging import DebugOptions
from biot_plugin_cli.terminal.app import new_app
from tests.scaffold.packages import Repository
from tests.scaffold.support import Program


@pytest.mark.parametrize(
    ("arguments", "port", "words"),
    [
        ([], None, []),
        (["--debug"], 5678, []),
        (["--debug", "7000"], 7000, []),
        (["--debug=7000"], 7000, []),
        (["--debug", "0", "e.json"], 0, ["e.json"]),
        (["--debug", "e.json"], 5678, ["e.json"]),
        (["e.json", "--debug"], 5678, ["e.json"]),
        (["--debug", "-"], 5678, ["-"]),
        (["--debug", "--", "7000"], 5678, ["7000"]),
        (["--", "--debug"], None, ["--debug"]),
        (["--debug", "7000", "7001"], 7000, ["7001"]),
    ],
)
def test_only_digits_after_it_are_the_port(arguments: list[str], port: int | None, words: list[str]) -> None:
    seen: list[Any] = []

    def command(names: Annotated[list[str] | None, typer.Argument()] = None, debug: DebugPort = None) -> None:
        seen.append((debug, names or []))

    app = new_app("")
    app.command(cls=OptionalPort)(command)
    app(args=arguments, standalone_mode=False)
    assert seen == [(port, words)]


def test_a_timeout_is_enforced_only_where_it_would_not_be() -> None:
    assert DebugOptions.parse(None, enforces_timeout=False) is None
    assert DebugOptions.parse(7, enforces_timeout=True) == DebugOptions(7, enforces_timeout=True)
    with pytest.raises(UsageError, match="pass --debug too"):
        DebugOptions.parse(None, enforces_timeout=True)


@pytest.mark.parametrize("command", [["invoke", "event.json"], ["dev", "--port", "0"]])
def test_a_port_that_another_program_has_is_one_sentence(
    repository: Repository, biot_plugin: Program, command: list[str]
) -> None:
    Path("event.json").write_text("{}")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = biot_plugin(*command, "--debug", port)
    assert (done.exit_code, done.out) == (1, "")
    assert done.err == (
        f"error: No debugger can attach on 127.0.0.1:{port} (Address already in use): choose another port, or 0 for a "
        "free one, as in --debug 0\n"
    )


@pytest.mark.parametrize("port", ["70000", "-1"])
def test_a_port_that_is_none_is_a_wrong_command_line(repository: Repository, biot_plugin: Program, port: str) -> None:
    done = biot_plugin("dev", f"--debug={port}")
    assert done.exit_code == 2
    assert "--debug" in done.err


def test_nothing_but_python_is_debugged(repository: Repository, biot_plugin: Program) -> None:
    Path("event.json").write_text("{}")
    manifest = Path("pyproject.toml")
    manifest.write_text(manifest.read_text().replace('runtime = "python', 'runtime = "nodejs22.x" # '))
    done = biot_plugin("invoke", "event.json", "--debug")
    assert (done.exit_code, done.err.count("\n")) == (4, 1)
    assert "runtime" in done.err


@pytest.mark.slow
def test_an_editor_can_debug_a_new_plugin_without_being_set_up(create: Program, tmp_path: Path) -> None:
    create(tmp_path / "demo", "--defaults")
    launch, tasks = (
        json.loads((tmp_path / "demo/.vscode" / name).read_text()) for name in ("launch.json", "tasks.json")
    )
    (task,) = tasks["tasks"]

    ports = {configuration["connect"]["port"] for configuration in launch["configurations"]}
    assert ports == {int(DEBUG_PORT)} == {int(task["args"][2])}
    assert [configuration.get("preLaunchTask", task["label"]) for configuration in launch["configurations"]] == [
        task["label"],
        task["label"],
    ]
    assert task["args"][:2] == ["invoke", "--debug"]
    ready = re.compile(task["problemMatcher"]["background"]["endsPattern"])
    assert ready.match("waiting for a debugger on 127.0.0.1:5678")
    assert ready.match("error: there is no such event")
    # What is set up for one developer alone stays out of git.
    (tmp_path / "demo/.vscode/local.json").write_text("{}")
    (tmp_path / "demo/.vscode/launch.json").write_text("{}")
    assert git(tmp_path / "demo", "status", "--porcelain").split() == ["M", ".vscode/launch.json"]
