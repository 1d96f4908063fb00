from __future__ import annotations

import gc
import io
import sys
import textwrap
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from biot_emulator import Function, Runtime, RuntimeClient
from biot_emulator.sandbox import launch_command, plugin_process
from biot_emulator.testing import Emulator, running
from tests.emulators import quick_emulators

SHARED = Path(__file__).parents[2].parent / "shared"

CLIENTS = [
    pytest.param("awslambdaric", marks=pytest.mark.skipif(sys.platform != "linux", reason="AWS's client is for Linux")),
    "built-in",
]
PATIENTS = "/organization/v1/users/patients"
ADA = {"_name": {"firstName": "Ada", "lastName": "Lovelace"}}

MakeFunction = Callable[..., Function]


@pytest.fixture(scope="session", autouse=True)
def quick() -> Iterator[None]:
    with quick_emulators():
        yield


@pytest.fixture
def client() -> RuntimeClient | None:
    """Leave the choice of the runtime client to the emulator; a module of tests may take every one of CLIENTS."""
    return None


@pytest.fixture
def make_function(tmp_path: Path, client: RuntimeClient | None) -> MakeFunction:
    """Write a plugin's index.py and tell what Lambda would know of it."""

    def make(code: str, **settings: Any) -> Function:
        (tmp_path / "index.py").write_text(textwrap.dedent(code), encoding="utf-8")
        chosen = {"name": "demo", "timeout": 20, "client": client, **settings}
        return Function(root=tmp_path, interpreter=Path(sys.executable), **chosen)

    return make


@pytest.fixture(scope="session")
def isolating(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skip a test where this machine does not allow the emulator to isolate plugins."""
    folder = tmp_path_factory.mktemp("isolation")
    (folder / "index.py").write_text("import os\ndef handler(event, context): return os.readlink('/proc/self/ns/mnt')")
    if sys.platform == "linux":
        with Runtime(Function(folder, Path(sys.executable), "demo", client="built-in", timeout=20)) as runtime:
            if runtime.invoke({}).reply != str(Path("/proc/self/ns/mnt").readlink()):
                return
    pytest.skip("this machine does not allow namespaces")


@pytest.fixture
def not_isolating(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run plugins as on a machine that does not allow the emulator to isolate them."""
    *options, program = launch_command.KEEPER_COMMAND
    levels = "import biot_emulator.sandbox.keeper.isolation as isolation\nisolation.LEVELS = ('nothing',)\nmain()"
    command = (*options, program.replace("\nmain()", f"\n{levels}"))
    monkeypatch.setattr(plugin_process, "KEEPER_COMMAND", command)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """A running emulator, of which nothing is left afterwards."""
    with running() as emulator:
        yield emulator


def code_zip(code: str, **more: str) -> bytes:
    """Make the zip of a plugin that is a bare index.py."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.py", textwrap.dedent(code))
        for name, text in more.items():
            archive.writestr(name, text)
    return content.getvalue()


def interception(type: str, on: str, order: int | None = None) -> dict[str, Any]:
    """What a plugin's configuration says of one interception."""
    field = "entityTypeName" if type == "ADAPT_ENTITY" else "apiId"
    return {"type": type, field: on, **({"order": order} if order else {})}


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    yield from comparing_what_is_left()


def comparing_what_is_left() -> Iterator[None]:
    """Compare threads, processes and files before and after; a module that shares an emulator does so itself."""
    # Other tests' registries may run on in this process's name.
    threads, files, processes = python_threads(), psutil.Process().num_fds(), child_processes()
    yield
    assert python_threads() <= threads
    assert child_processes() <= processes
    assert open_files(files + 1) <= files + 1


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Leave what only the garbage collector can remove to the end of a test, however much the test allocates."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def open_files(most: int) -> int:
    """Count the open files of this process, without those that garbage has where there are more than expected.

    An exception that a test has caught has frames that refer to it. So does a client's connection that is reachable
    from such a frame, which nothing but the collector closes, whenever it happens to run.
    """
    count = psutil.Process().num_fds()
    if count <= most:
        return count
    gc.collect()
    return psutil.Process().num_fds()


def python_threads() -> set[threading.Thread]:
    """Return the threads that Python has started and that are not over."""
    # A thread that asks for itself in its last moments leaves a dummy, which nobody started and nobody can end.
    return {thread for thread in threading.enumerate() if not isinstance(thread, threading._DummyThread)}


def child_processes() -> set[psutil.Process]:
    """Return the processes that this one has started, and theirs."""
    return set(psutil.Process().children(recursive=True)) if _may_have_children() else set()


def _may_have_children() -> bool:
    """Whether there is a child of any thread: to ask all processes for their parents takes longer than most tests."""
    lists = [*Path("/proc/self/task").glob("*/children")]
    # A thread may have ended meanwhile, and left its children to another one.
    return not lists or any(_text(file) != "" for file in lists)


def _text(file: Path) -> str | None:
    try:
        return file.read_text(encoding="ascii")
    except OSError:
        return None
