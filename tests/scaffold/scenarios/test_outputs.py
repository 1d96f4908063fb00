"""All commands, whatever their standard streams are connected to: each works, or says one sentence."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import pytest
import typer

from biot_plugin_cli import main, new_plugin
from biot_plugin_cli.terminal import app as terminal_app
from tests.scaffold.packages import Repository
from tests.scaffold.support import on_terminal, program_file

COMMANDS = sorted(typer.main.get_command(main.application()).commands)  # type: ignore[attr-defined]
ENCODINGS = ("ascii", "latin-1", "cp1252", "utf-8")
MANIFEST = """
[project]
name = "demo"
version = "1"

[tool.biot-plugin]
name = "demo"
display-name = "Démo ☃ \u202e"
version = 1
runtime = "python{}.{}"
timeout = 20
"""
CODE = "def handler(event, context):\n    print('☃ \\udc80')\n    return {'a': '☃'}\n"
EVENT = {"headers": {}, "rawPath": "/☃", "requestContext": {"http": {"method": "GET"}}}
WORKING: tuple[tuple[str, ...], ...] = (
    ("invoke", "event.json"),
    ("invoke", "event.json", "--json"),
    ("config",),
    ("config", "--json"),
    ("event", "pre-request"),
    ("check",),
    ("check", "--json"),
    ("--version",),
)

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plugin whose name, logs and event have characters that most encodings lack."""
    (tmp_path / "pyproject.toml").write_text(MANIFEST.format(*sys.version_info), encoding="utf-8")
    (tmp_path / "index.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "event.json").write_text(json.dumps(EVENT), encoding="utf-8")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a program with a standard output; give the exit code, and what it says on standard error."""

    def call(out: TextIO | None, *arguments: str, err: TextIO | None = None, program: str = "biot-plugin") -> Any:
        said = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
        app = main.application() if program == "biot-plugin" else new_plugin.app
        with monkeypatch.context() as patch, pytest.raises(SystemExit) as stop:
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err or said)
            terminal_app.run(app, program, list(arguments))
        said.seek(0)
        return stop.value.code, said.read()

    return call


@contextmanager
def unread_pipe() -> Iterator[TextIO]:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as stream:
        yield stream


@contextmanager
def full_disk() -> Iterator[TextIO]:
    with Path("/dev/full").open("w", encoding="utf-8") as stream:
        yield stream


def printed(encoding: str) -> TextIO:
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding)


def text_of(stream: TextIO) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode(stream.encoding)  # type: ignore[attr-defined,no-any-return]


FULL = "error: Cannot write the output (No space left on device): free some space, or send it elsewhere\n"

needs_a_full_device = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")


@pytest.mark.parametrize("command", [*COMMANDS, ""])
def test_the_help_of_every_command(run: Run, command: str) -> None:
    arguments = (*([command] if command else []), "--help")
    with unread_pipe() as out:
        assert run(out, *arguments) == (141, "")
    assert run(None, *arguments) == (0, "")
    plain = printed("ascii")
    assert run(plain, *arguments) == (0, "")
    assert text_of(plain).startswith("Usage: biot-plugin")


@needs_a_full_device
@pytest.mark.parametrize("command", [*COMMANDS, ""])
def test_the_help_of_every_command_on_a_full_disk(run: Run, command: str) -> None:
    with full_disk() as out:
        assert run(out, *([command] if command else []), "--help") == (1, FULL)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_failure_of_every_command(run: Run, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each fails here, where there is no plugin: with its own exit code and sentence, wherever its document goes."""
    folder = tmp_path / "ünï☃"
    folder.mkdir()
    monkeypatch.chdir(folder)
    arguments = (command, *{"invoke": ["☃.json"], "event": ["☃"], "hooks": ["☃"]}.get(command, ()), "--json")
    plain = printed("ascii")
    code, said = run(plain, *arguments)
    assert code in range(1, 7)
    assert said.startswith("error: ")
    assert said.count("\n") == 1
    assert "This is a bug" not in said
    document = json.loads(text_of(plain))
    assert document["error"].encode("ascii", "backslashreplace").decode() == said[len("error: ") : -1]
    assert run(None, *arguments) == (code, said)
    with unread_pipe() as out:
        assert run(out, *arguments) == (code, said)
    with unread_pipe() as out, unread_pipe() as err:
        assert run(out, *arguments, err=err) == (code, "")


@pytest.mark.slow
@pytest.mark.parametrize("arguments", WORKING, ids=" ".join)
def test_a_command_that_works_prints_what_the_encoding_has(run: Run, folder: Path, arguments: tuple[str, ...]) -> None:
    for encoding in ENCODINGS if "--json" not in arguments else ("ascii",):
        out = printed(encoding)
        code, said = run(out, *arguments)
        assert code in (0, 4)
        assert "This is a bug" not in said
        text = text_of(out)
        if "--json" in arguments or arguments[0] in ("config", "event"):
            json.loads(text)
        if arguments == ("invoke", "event.json"):
            assert ("☃" if encoding == "utf-8" else "\\u2603") in text


@pytest.mark.slow
def test_the_configuration_on_a_terminal_stays_json(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    code, shown = on_terminal([program_file("biot-plugin"), "config"], [])
    assert code == 0
    assert json.loads(re.sub(r"\x1b\[[\d;]*m", "", shown))["displayName"] == "Démo ☃ \u202e"


@pytest.mark.slow
@pytest.mark.parametrize("arguments", WORKING, ids=" ".join)
def test_a_command_that_works_ends_where_it_cannot_print(run: Run, folder: Path, arguments: tuple[str, ...]) -> None:
    with unread_pipe() as out:
        assert run(out, *arguments) == (141, "")
    if Path("/dev/full").exists():
        with full_disk() as out:
            assert run(out, *arguments) == (1, FULL)
    assert run(None, *arguments)[0] in (0, 4)


@pytest.mark.slow
def test_a_new_plugin_that_cannot_be_told_of(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with unread_pipe() as out:
        assert run(out, "--help", program="new-plugin") == (141, "")
    with unread_pipe() as out:
        assert run(out, "ünï☃", "--defaults", "--no-lock", program="new-plugin") == (141, "")
    plain = printed("ascii")
    assert run(plain, "☃", "--defaults", "--no-lock", program="new-plugin") == (0, "")
    assert "in \\u2603. Next:" in text_of(plain)


@pytest.mark.slow
def test_a_package_that_cannot_be_told_of(run: Run, plugin: Repository) -> None:
    with unread_pipe() as out:
        code, said = run(out, "package")
    assert (code, "error" in said) == (141, False)
    assert run(printed("ascii"), "package", "--report")[0] == 0
    assert run(None, "package", "--json")[0] == 0


def test_another_thread_does_not_die_of_it() -> None:
    died: list[BaseException] = []

    def write() -> None:
        try:
            sys.stdout.write("line\n")
            sys.stdout.flush()
        except BaseException as error:
            died.append(error)

    app = terminal_app.new_app("A program.")

    @app.command()
    def work() -> None:
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()

    with unread_pipe() as out, pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as stop:
        patch.setattr(sys, "stdout", out)
        terminal_app.run(app, "program", [])
    assert (stop.value.code, died) == (141, [])


ALL = "<&- >&- 2>&-"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "redirections"),
    [
        *(("biot-plugin config", redirections) for redirections in ("<&-", ">&-", "2>&-", ALL)),
        ("biot-plugin invoke - --json", "<&-"),
        ("biot-plugin list", ALL),
        ("new-plugin", "<&-"),
        ("new-plugin", ALL),
    ],
)
def test_a_program_with_closed_streams(folder: Path, program: str, redirections: str) -> None:
    name, _, rest = program.partition(" ")
    command = f"{program_file(name)} {rest} {redirections}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, input="", text=True, check=False)
    assert done.returncode == {"config": 0}.get(rest, 2)
    assert "Traceback" not in done.stderr
    assert "bug" not in done.stderr
    assert done.stderr.count("\n") <= 1
    assert sorted(path.name for path in folder.iterdir()) == [".venv", "event.json", "index.py", "pyproject.toml"]


@pytest.mark.slow
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_program_whose_output_nobody_reads_ends_silently(folder: Path, unbuffered: str) -> None:
    for program in (f"{program_file('biot-plugin')} config", f"{program_file('new-plugin')} --help"):
        command = f"exec 3>&1; {{ {program} 3>&-; echo $? >&3; }} | true"
        environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered, "PYTHONIOENCODING": "ascii"}
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, env=environment)
        assert (done.stdout, done.stderr) == ("141\n", "")
