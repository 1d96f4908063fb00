from __future__ import annotations

import importlib
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from biot_plugin_cli.dev import file_watcher
from biot_plugin_cli.dev.file_watcher import watch
from biot_plugin_cli.errors import OperationFailed

pytestmark = pytest.mark.slow

SEEN_WITHIN_SECONDS = 20
LAST = "last.py"


class Watched:
    """A folder that a thread of its own watches."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stop = threading.Event()
        self._bursts: queue.Queue[tuple[Path, ...]] = queue.Queue()
        changes = watch(folder, self.stop)
        self.thread = threading.Thread(target=self._collect, args=[changes])
        self.thread.start()

    def _collect(self, changes: Iterator[tuple[Path, ...]]) -> None:
        for burst in changes:
            self._bursts.put(burst)

    def next(self) -> list[str]:
        return [str(path) for path in self._bursts.get(timeout=SEEN_WITHIN_SECONDS)]

    def rest(self) -> list[str]:
        """What is told before a file that is written now, or together with it."""
        self.write(LAST)
        return [name for name in self.next() if name != LAST]

    def write(self, name: str, text: str = "x = 2\n") -> Path:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A plugin that has been there for a while."""
    root = tmp_path / "build" / ".hidden" / "plugin"
    for name in ("index.py", "hooks/patients.py", ".venv/lib/module.py", ".git/index", "dist/demo.zip"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x = 1\n")
        os.utime(root / name, (1_700_000_000, 1_700_000_000))
    return root


@pytest.fixture
def watched(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    # A busy machine may hold a writer up in the middle of a burst for longer than a person would notice.
    monkeypatch.setattr(file_watcher, "_SETTLE_SECONDS", 0.5)
    started = Watched(folder)
    yield started
    started.stop.set()
    started.thread.join(SEEN_WITHIN_SECONDS)
    assert not started.thread.is_alive()


def test_an_edit_is_seen_and_nothing_else(watched: Watched) -> None:
    watched.write("index.py")

    assert watched.next() == ["index.py"]
    assert watched.rest() == []


def test_new_removed_and_renamed_files_are_seen(watched: Watched) -> None:
    watched.write("new.py")
    assert watched.next() == ["new.py"]
    (watched.folder / "new.py").rename(watched.folder / "newer.py")
    assert watched.next() == ["new.py", "newer.py"]
    (watched.folder / "newer.py").unlink()
    assert watched.next() == ["newer.py"]


def test_a_file_in_a_new_folder_is_seen(watched: Watched) -> None:
    watched.write("more/deep/module.py")
    assert "more" in watched.next()
    watched.write("more/deep/module.py", "x = 3\n")
    assert watched.next() == ["more/deep/module.py"]


def test_a_folder_that_is_moved_in_is_seen(watched: Watched, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "module.py").write_text("x = 1\n")
    (tmp_path / "elsewhere").rename(watched.folder / "moved")

    assert watched.next()[0] == "moved"


def test_an_editor_that_saves_by_renaming_is_seen(watched: Watched) -> None:
    draft = watched.write("hooks/.patients.py.swp")
    (watched.folder / "hooks/patients.py").rename(watched.folder / "hooks/patients.py~")
    draft.rename(watched.folder / "hooks/patients.py")
    (watched.folder / "hooks/patients.py~").unlink()

    assert watched.next() == ["hooks/patients.py"]
    assert watched.rest() == []


def test_an_atomic_replacement_is_seen(watched: Watched) -> None:
    watched.write("index.py.tmp.4711").replace(watched.folder / "index.py")

    assert watched.next() == ["index.py"]


def test_a_burst_is_told_once(watched: Watched) -> None:
    for number in range(20):
        watched.write("index.py", f"x = {number}\n")
        watched.write(f"hooks/h{number % 3}.py")
        time.sleep(0.01)

    assert watched.next() == ["hooks/h0.py", "hooks/h1.py", "hooks/h2.py", "index.py"]
    assert watched.rest() == []


def test_what_tools_write_hides_nothing_and_is_not_told(watched: Watched) -> None:
    done = threading.Event()

    def make_noise() -> None:
        while not done.wait(0.01):
            watched.write(".venv/lib/module.py")
            watched.write("hooks/__pycache__/patients.cpython-313.pyc")

    noise = threading.Thread(target=make_noise)
    noise.start()
    try:
        watched.write("index.py")
        assert watched.next() == ["index.py"]
        assert watched.rest() == []
    finally:
        done.set()
        noise.join()


def test_what_changes_before_the_first_value_is_asked_for_is_seen(folder: Path) -> None:
    stop = threading.Event()
    changes = watch(folder, stop)
    (folder / "index.py").write_text("x = 2\n")
    time.sleep(0.2)

    assert next(changes) == (Path("index.py"),)
    changes.close()


def test_a_folder_behind_a_link_is_watched(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    changes = watch(tmp_path / "link", threading.Event())
    (folder / "index.py").write_text("x = 2\n")

    assert next(changes) == (Path("index.py"),)
    changes.close()


def test_a_link_to_a_folder_elsewhere_is_watched(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (folder / "shared").symlink_to(tmp_path / "shared")
    changes = watch(folder, threading.Event())
    (tmp_path / "shared" / "module.py").write_text("x = 1\n")

    assert next(changes) == (Path("shared/module.py"),)
    changes.close()


@pytest.mark.parametrize("end", ["stop", "close", "close before the first"])
def test_no_thread_and_no_file_is_left(folder: Path, end: str) -> None:
    process = psutil.Process()
    importlib.import_module("watchfiles")
    before = (process.num_threads(), process.num_fds())
    for number in range(5):
        stop = threading.Event()
        changes = watch(folder, stop)
        if end != "close before the first":
            (folder / "index.py").write_text(f"x = {number}\n")
            assert next(changes)
        if end == "stop":
            stop.set()
            assert list(changes) == []
        else:
            changes.close()

    assert _settles(lambda: process.num_threads() <= before[0] and process.num_fds() <= before[1])


def test_a_stop_that_is_already_set_ends_it_at_once(folder: Path) -> None:
    assert list(watch(folder, _set())) == []


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OperationFailed, match="nowhere cannot be watched for changes"):
        watch(tmp_path / "nowhere", threading.Event())


def test_what_the_system_refuses_is_told(folder: Path) -> None:
    code = f"""
import os, pathlib, resource, threading, watchfiles
from biot_plugin_cli.dev import file_watcher
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.dev.file_watcher import watch
highest = max(map(int, os.listdir("/dev/fd")))
resource.setrlimit(resource.RLIMIT_NOFILE, (highest, highest))
while True:
    try:
        os.dup(0)
    except OSError:
        break
try:
    watch(pathlib.Path({str(folder)!r}), threading.Event())
except OperationFailed as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert "plugin cannot be watched for changes: " in done.stdout, done.stderr
    assert "WATCHFILES_FORCE_POLLING=1" in done.stdout


def test_looking_again_and_again_sees_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", "1")
    watched = Watched(folder)
    watched.write("index.py")

    assert watched.next() == ["index.py"]
    watched.stop.set()
    watched.thread.join(SEEN_WITHIN_SECONDS)


def test_an_interrupt_ends_it(folder: Path) -> None:
    code = f"""
import pathlib, threading
from biot_plugin_cli.dev.file_watcher import watch
changes = watch(pathlib.Path({str(folder)!r}), threading.Event())
try:
    print("watching", flush=True)
    list(changes)
except KeyboardInterrupt:
    print("interrupted")
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "watching\n"
        process.send_signal(signal.SIGINT)
        try:
            assert process.communicate(timeout=SEEN_WITHIN_SECONDS)[0] == "interrupted\n"
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("command", "typed"),
    [
        (("vim", "-u", "NONE", "-es", "--cmd", "set writebackup backupcopy=no"), "normal ox = 2\nwq\n"),
        (("vim", "-u", "NONE", "-es", "--cmd", "set backup backupcopy=yes"), "normal ox = 2\nwq\n"),
        (("ed", "-s"), "a\nx = 2\n.\nw\nq\n"),
        (("sed", "-i", "s/1/1; x = 2/"), ""),
    ],
)
def test_an_editor_saves_in_its_own_way(watched: Watched, command: tuple[str, ...], typed: str) -> None:
    editor = shutil.which(command[0])
    if editor is None:
        pytest.skip(f"this machine has no {command[0]}")
    file = watched.folder / "index.py"
    done = subprocess.run(
        [editor, *command[1:], file], input=typed, text=True, capture_output=True, timeout=SEEN_WITHIN_SECONDS
    )
    assert "x = 2" in file.read_text(), done

    assert watched.next() == ["index.py"]
    assert watched.rest() == []


def test_the_library_is_loaded_when_it_is_used(in_process: Callable[[str], str]) -> None:
    loaded = in_process("import sys, biot_plugin_cli.dev.file_watcher; print(*sys.modules)").split()

    assert not {"watchfiles", "anyio", "asyncio"} & {*loaded}


def _set() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


def _settles(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SEEN_WITHIN_SECONDS
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()
