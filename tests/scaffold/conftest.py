"""The two programs as a user types them, and a machine whose settings are known."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import pytest
import typer

from biot_emulator.testing import Emulator, running
from biot_plugin_cli import main, new_plugin
from biot_plugin_cli.aws import waiting
from biot_plugin_cli.git import runner
from biot_plugin_cli.platform import retries
from biot_plugin_cli.template.creation import repository as creation
from biot_plugin_cli.terminal import app as terminal_app
from biot_plugin_cli.terminal.start.plain_values import command_of
from tests.emulators import quick_emulators
from tests.faulty_registry import FaultyRegistry
from tests.scaffold.deployments import FIRST
from tests.scaffold.faulty_platform import FaultyPlatform, faulty
from tests.scaffold.moto_account import MotoAccount, running_moto, use_account
from tests.scaffold.packages import INDEX, UV_CACHE, Repository
from tests.scaffold.pushed_images import counted
from tests.scaffold.support import Outcome, Program

#: What the code that jinja2 makes of a text depends on besides.
_SYNTAX = (
    "block_start_string",
    "variable_start_string",
    "comment_start_string",
    "trim_blocks",
    "lstrip_blocks",
    "newline_sequence",
    "keep_trailing_newline",
)
#: Prints the names of the dataclasses that a process has made when it ends.
_NOTICING_DATACLASSES = """
import atexit, dataclasses
process, made = dataclasses._process_class, set()
def noticed(cls, *arguments, **options):
    made.add(f"{cls.__module__}.{cls.__name__}")
    return process(cls, *arguments, **options)
dataclasses._process_class = noticed
atexit.register(lambda: print("MADE", *sorted(made)))
"""


@pytest.fixture(scope="session", autouse=True)
def quick() -> Iterator[None]:
    with quick_emulators():
        yield


@pytest.fixture(scope="session", autouse=True)
def one_command_line() -> Iterator[None]:
    """Build the options of all commands once for each program, which each process of it does, and not at each run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("biot_plugin_cli.terminal.app.command_of", cache(command_of))
        yield


@pytest.fixture(scope="session", autouse=True)
def one_compilation() -> Iterator[None]:
    """Compile each text of the template once in this process, which makes hundreds of repositories of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jinja2.Environment, "compile", _compile_once(jinja2.Environment.compile))
        yield


def _compile_once(compile: Callable[..., Any]) -> Callable[..., Any]:
    codes: dict[Any, Any] = {}

    def compile_once(
        environment: jinja2.Environment, source: Any, name: str | None = None, filename: str | None = None, **how: Any
    ) -> Any:
        syntax = [getattr(environment, setting) for setting in _SYNTAX]
        key = (source, name, *how.items(), *syntax, *environment.extensions, environment.undefined)
        if key not in codes:
            codes[key] = compile(environment, source, name, filename, **how)
        return codes[key]

    return compile_once


@pytest.fixture(scope="session", autouse=True)
def one_reading() -> Iterator[None]:
    """Read each description of a service of AWS once in this process, which calls AWS as hundreds of programs would."""
    from botocore.loaders import JSONFileLoader

    read = cache(JSONFileLoader().load_file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", lambda _, path: read(path))
        yield


@pytest.fixture(autouse=True)
def quiet_machine(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give git no settings of whoever runs the tests."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "EMAIL"):
        monkeypatch.delenv(name, raising=False)


def _program(app: typer.Typer, name: str, capsys: pytest.CaptureFixture[str]) -> Program:
    def run(*arguments: object) -> Outcome:
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            terminal_app.run(app, name, [str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Outcome(stop.value.code, said.out, said.err)

    return run


@pytest.fixture
def create(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Program:
    """`new-plugin`, which locks nothing: that takes a package index, and seconds."""
    monkeypatch.setattr(creation, "lock_dependencies", lambda *_: None)
    return _program(new_plugin.app, "new-plugin", capsys)


@pytest.fixture
def biot_plugin(capsys: pytest.CaptureFixture[str]) -> Program:
    """`biot-plugin`."""
    return _program(main.application(), "biot-plugin", capsys)


@pytest.fixture
def commit() -> Callable[[Path, str], str]:
    """Commit all of a repository."""
    return runner.commit_all


@pytest.fixture
def in_process() -> Callable[[str], str]:
    """Run Python code in a process of its own, and give what it printed."""

    def run(code: str) -> str:
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    return run


@pytest.fixture
def dataclasses_made(in_process: Callable[[str], str]) -> Callable[[str], set[str]]:
    """Run Python code in a process of its own, and give the names of this project's dataclasses that it makes.

    A frozen dataclass compiles six functions while it is made, and a named tuple one.
    """

    def run(code: str) -> set[str]:
        made = in_process(f"{_NOTICING_DATACLASSES}{code}").rpartition("MADE")[2].split()
        return {name for name in made if name.startswith("biot_")}

    return run


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, biot_plugin: Program) -> Repository:
    """A plugin of one file that needs nothing, in no git repository; the commands run in its folder."""
    monkeypatch.setenv("UV_CACHE_DIR", UV_CACHE)
    made = Repository(tmp_path / "plugin", biot_plugin)
    made.write("index.py", INDEX)
    made.needs(lock=False)
    monkeypatch.chdir(made.root)
    return made


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


@pytest.fixture
def platform(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyPlatform]:
    """The emulator behind a connection that can fail; whoever deploys is its administrator."""
    monkeypatch.setattr(retries, "RETRY_PAUSES", (0.01, 0.01))
    with faulty(emulator.url) as platform:
        for name, value in (
            ("BASE_URL", platform.url),
            ("USERNAME", emulator.username),
            ("PASSWORD", emulator.password),
        ):
            monkeypatch.setenv(f"BIOT_PLUGIN_{name}", value)
        yield platform


@pytest.fixture
def registry(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyRegistry]:
    """The emulator and its registry, behind what counts the bytes that it gets, and can fail."""
    with counted(emulator, monkeypatch) as proxy:
        yield proxy


@pytest.fixture
def plugin(repository: Repository) -> Repository:
    """A plugin that can be packaged at once."""
    repository.write("index.py", FIRST)
    repository.needs()
    return repository


@pytest.fixture(scope="session")
def moto_server() -> Iterator[MotoAccount]:
    with running_moto() as account:
        yield account


@pytest.fixture
def aws(moto_server: MotoAccount, monkeypatch: pytest.MonkeyPatch) -> MotoAccount:
    """An empty AWS account, which the commands use."""
    moto_server.reset()
    use_account(monkeypatch, moto_server.url)
    monkeypatch.setattr(waiting, "PAUSE", 0.01)
    return moto_server
