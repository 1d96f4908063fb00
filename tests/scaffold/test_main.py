from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib import metadata

import pytest
from typer.main import get_command

from biot_plugin_cli import main
from biot_plugin_cli.terminal.start import plain_values
from tests.scaffold.support import Program, program_file

HEAVY = {
    *("rich", "email", "copier", "boto3", "botocore", "biot_emulator", "jinja2", "pydantic", "yaml", "questionary"),
    "detect_secrets",
}


def test_the_version_is_that_of_the_distribution(biot_plugin: Program) -> None:
    assert biot_plugin("--version").out.strip() == metadata.version("biot-plugin-cli")


def test_the_commands_are_there(biot_plugin: Program) -> None:
    said = biot_plugin("--help").out

    assert all(f"  {command} " in said for command in ("invoke", "event", "check", "config", "dev", "upgrade"))


def test_no_command_shows_the_help(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["biot-plugin"])
    with pytest.raises(SystemExit):
        main.main()

    assert "Usage: biot-plugin" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("program", "module", "command"),
    [
        ("biot-plugin", "main", ()),
        ("biot-plugin", "main", ("check",)),
        ("biot-plugin", "main", ("deploy",)),
        ("biot-plugin", "main", ("image", "build")),
        ("new-plugin", "new_plugin", ()),
    ],
)
def test_help_imports_nothing_heavy(
    program: str, module: str, command: tuple[str, ...], in_process: Callable[[str], str]
) -> None:
    said = in_process(
        f"""
import sys
from biot_plugin_cli.{module} import main
sys.argv = ["{program}", *{command!r}, "--help"]
try:
    main()
except SystemExit:
    print("LOADED", *sorted({{name.partition(".")[0] for name in sys.modules}}))
"""
    )

    assert f"Usage: {program}" in said
    assert not {*said.rpartition("LOADED")[2].split()} & HEAVY


@pytest.mark.parametrize("program", ["biot-plugin", "new-plugin"])
def test_the_programs_are_installed(program: str) -> None:
    said = subprocess.run([program_file(program), "--help"], capture_output=True, text=True, check=True)

    assert said.stdout.startswith(f"Usage: {program}")


def _commands(name: str) -> set[str]:
    return {*get_command(main.application(name)).commands}  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["check", "invoke", "list", "image", "secret", "disable"])
def test_the_command_of_a_name_is_there_alone(name: str) -> None:
    assert _commands(name) == {name}


@pytest.mark.parametrize("name", ["", "--help", "chek", "--version", "list_plugins", "build"])
def test_where_none_is_named_all_are_there(name: str) -> None:
    assert {"check", "image", "deploy", "list"} <= _commands(name)


def test_every_command_says_the_same_alone_and_among_all() -> None:
    for name, command in get_command(main.application()).commands.items():  # type: ignore[attr-defined]
        alone = get_command(main.application(name)).commands[name]  # type: ignore[attr-defined]
        assert [parameter.opts for parameter in alone.params] == [parameter.opts for parameter in command.params]
        assert (alone.help, type(alone)) == (command.help, type(command))


def test_tests_build_the_options_once(biot_plugin: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    biot_plugin("hooks", "--help")
    built: list[object] = []
    monkeypatch.setattr(plain_values, "get_command", built.append)
    assert biot_plugin("hooks", "--help").out
    assert not built


@pytest.mark.parametrize("words", [("package",), ("--debug", "image", "build"), ("disable",)])
def test_no_other_command_is_loaded(words: tuple[str, ...], in_process: Callable[[str], str]) -> None:
    said = in_process(
        f"""
import sys
from biot_plugin_cli.main import main
sys.argv = ["biot-plugin", *{words!r}, "--help"]
try:
    main()
except SystemExit:
    print("LOADED", *sorted(name for name in sys.modules if name.startswith("biot_plugin_cli.commands.")))
"""
    )
    parts = {"commands.options", "commands.optional_value", "commands.shell", "commands.shell.completion"}
    parts |= {"commands.deployed", "commands.targets"}
    loaded = {name.removeprefix("biot_plugin_cli.") for name in said.rpartition("LOADED")[2].split()}
    module = {"disable": "deployed.enable_disable"}.get(words[-1], words[-1 - (words[-1] == "build")])
    assert loaded - parts == {f"commands.{module}"}


def test_no_dataclass_is_made_to_read_a_manifest(dataclasses_made: Callable[[str], set[str]]) -> None:
    assert dataclasses_made("import biot_plugin_cli.plugin.repository") == set()


def test_little_is_loaded_to_read_a_manifest(in_process: Callable[[str], str]) -> None:
    loaded = in_process("import sys, biot_plugin_cli.plugin.repository; print(*sys.modules)")
    assert set() == {*loaded.split()} & {
        "biot_plugin_cli.platform.errors",
        "biot_plugin_cli.registry.reference",
        "biot_plugin_cli.terminal.redaction",
    }
