from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib import metadata

import pytest

from biot_plugin_cli import main
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
