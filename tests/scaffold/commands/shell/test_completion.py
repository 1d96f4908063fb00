"""What the shell completes, as typer's scripts ask for it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from biot_plugin_cli.commands.shell.completion import complete_environments, complete_events, complete_plugins
from tests.scaffold.plugins import MANIFEST, make_plugin
from tests.scaffold.support import program_file

ENVIRONMENTS = '\n[tool.biot-plugin.env.test]\nbase-url = "https://test.example.org"\n[tool.biot-plugin.env.prod]\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make_plugin(tmp_path / "plugin", manifest=MANIFEST + ENVIRONMENTS)
    for name in (
        "events/pre_request.json",
        "events/post_request.json",
        "events/answers/x.json",
        "more/a.json",
        "a.txt",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("{}")
    monkeypatch.chdir(root)
    return root


def test_names_are_those_of_the_plugin(folder: Path) -> None:
    assert complete_environments("") == ["test", "prod"]
    assert complete_environments("t") == ["test"]
    assert complete_plugins("") == ["demo"]
    assert complete_plugins("x") == []


def test_events_come_first_and_then_what_the_shell_has(folder: Path) -> None:
    assert complete_events("")[:2] == ["events/post_request.json", "events/pre_request.json"]
    assert complete_events("m") == ["more/"]
    assert complete_events("more/") == ["more/a.json"]
    assert complete_events("events/p") == ["events/post_request.json", "events/pre_request.json"]
    assert complete_events("a") == []
    assert complete_events("nowhere/") == []


def test_outside_of_a_plugin_nothing_is_completed_and_nothing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert complete_environments("") == complete_plugins("") == complete_events("") == []


@pytest.mark.slow
def test_the_shell_gets_commands_options_and_values(folder: Path) -> None:
    def complete(line: str) -> list[str]:
        environment = {**os.environ, "_BIOT_PLUGIN_COMPLETE": "complete_bash", "COMP_WORDS": line}
        environment["COMP_CWORD"] = str(len(line.split(" ")) - 1)
        done = subprocess.run(
            [program_file("biot-plugin")], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.split()

    assert complete("biot-plugin inv") == ["invoke"]
    assert complete("biot-plugin invoke --env ") == ["test", "prod"]
    assert complete("biot-plugin invoke events/pre") == ["events/pre_request.json"]
    assert "--answers" in complete("biot-plugin invoke --a")
    assert complete("biot-plugin delete ") == ["demo"]
