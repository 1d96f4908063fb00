"""A plugin can change what it could change on Lambda, and is not shown what is the emulator's or another plugin's."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from biot_emulator import Runtime
from biot_emulator.runtime.worker_pool import Workers
from tests.emulator.conftest import MakeFunction

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("isolating")]

#: Evaluates expressions, and says what came of each: a value, or an error.
EVALUATE = """
import ctypes, os, subprocess, sys, tempfile
libc = ctypes.CDLL(None, use_errno=True)
def ok(result):
    if result < 0: raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
def attempt(text):
    try:
        return eval(text)
    except OSError as error:
        return error.strerror
def handler(event, context):
    return [attempt(text) for text in event]
"""
READ_ONLY = "Read-only file system"


HOME = Path(pwd.getpwuid(os.getuid()).pw_dir)


@pytest.fixture
def outside() -> Iterator[Path]:
    """A folder that is not below the temporary ones, wherever this checkout is."""
    parents = [Path(__file__).parents[3] / ".cache", HOME]
    temporary = [Path(name).resolve() for name in ("/tmp", tempfile.gettempdir())]
    suitable = [parent for parent in parents if not any(parent.resolve().is_relative_to(name) for name in temporary)]
    if not suitable:
        pytest.skip("the checkout and the home folder are below temporary folders")
    folder = Path(tempfile.mkdtemp(dir=suitable[0], prefix=".biot-outside-"))
    yield folder
    shutil.rmtree(folder)


def evaluate(make_function: MakeFunction, *expressions: str, **settings: Any) -> list[Any]:
    with Runtime(make_function(EVALUATE)._replace(**settings)) as runtime:
        invocation = runtime.invoke(list(expressions))
        assert invocation.error is None, invocation.logs
        return list(invocation.reply)


def test_its_code_can_be_changed_in_no_way(make_function: MakeFunction, tmp_path: Path) -> None:
    index = str(tmp_path / "index.py")
    results = evaluate(
        make_function,
        f"open({index!r}, 'a')",
        "open('index.py', 'a')",
        "open('new.py', 'w')",
        "os.mkdir('__pycache__')",
        "os.symlink('/etc', 'link')",
        f"os.unlink({index!r})",
        f"os.rename({index!r}, {index + 'x'!r})",
        f"os.chmod({index!r}, 0o777)",
        f"os.utime({index!r})",
        f"os.link({index!r}, 'link')",
        "open('../beside', 'w').write('x')",
        read_only=(tmp_path,),
    )
    assert results[:-1] == [READ_ONLY] * (len(results) - 1)
    assert results[-1] != READ_ONLY
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.py"]


def test_the_folder_around_its_code_can_be_changed_in_no_way(make_function: MakeFunction, tmp_path: Path) -> None:
    root = tmp_path / "code"
    root.mkdir()
    shutil.copy(make_function(EVALUATE).root / "index.py", root)
    results = evaluate(
        make_function,
        f"open({str(tmp_path / 'index.py')!r}, 'w')",
        f"os.rename({str(root)!r}, {str(root) + 'x'!r})",
        f"os.mkdir({str(tmp_path / 'new')!r})",
        root=root,
        read_only=(tmp_path,),
    )
    assert results == [READ_ONLY] * 3


def test_nothing_but_temporary_folders_and_the_developers_own_code_can_be_changed(
    make_function: MakeFunction, outside: Path
) -> None:
    results = evaluate(
        make_function,
        f"open({str(outside / 'file')!r}, 'w')",
        f"open({str(HOME / 'biot-file')!r}, 'w')",
        f"open({str(Path(sys.base_prefix) / 'biot-file')!r}, 'w')",
        "tempfile.TemporaryFile(dir='/tmp').write(b'x')",
        "open('beside', 'w').write('x')",
        "open('/dev/null', 'w').write('x')",
    )
    assert results == [READ_ONLY] * 3 + [1, 1, 1]


def test_a_virtual_environment_can_be_changed_by_code_that_is_run_in_place_alone(
    make_function: MakeFunction, outside: Path, tmp_path: Path
) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", outside], check=True)
    python = outside / "bin" / "python"
    expression = f"open({str(outside / 'new')!r}, 'w').write('x')"
    assert evaluate(make_function, expression, interpreter=python) == [1]
    assert evaluate(make_function, expression, interpreter=python, read_only=(tmp_path,)) == [READ_ONLY]


def test_no_change_of_mounts_or_privileges_undoes_it(make_function: MakeFunction, tmp_path: Path) -> None:
    root = str(tmp_path).encode()
    new_namespace = (
        "subprocess.run(['unshare', '-Urm', 'sh', '-c', "
        f"'mount -o remount,bind,rw {tmp_path}; umount {tmp_path}; touch {tmp_path}/new'], capture_output=True) and 0"
    )
    results = evaluate(
        make_function,
        f"ok(libc.umount2({root!r}, 2))",
        f"ok(libc.mount(b'none', {root!r}, None, 4096 | 32, None))",
        f"ok(libc.mount({root!r}, {root!r}, None, 4096, None))",
        "ok(libc.unshare(0x20000))",
        "ok(libc.chroot(b'/tmp'))",
        "ok(libc.setns(os.open('/proc/1/ns/mnt', os.O_RDONLY), 0))",
        f"os.listdir('/proc/{os.getpid()}/root')",
        f"ok(libc.ptrace(16, {os.getpid()}, 0, 0))",
        new_namespace if shutil.which("unshare") else "0",
        read_only=(tmp_path,),
    )
    assert set(results[:-1]) <= {"Operation not permitted", "Permission denied"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.py"]


def test_the_emulators_variables_and_hidden_files_are_not_shown(make_function: MakeFunction, tmp_path: Path) -> None:
    secret = tmp_path / "state" / "platform.sqlite"
    secret.parent.mkdir()
    secret.write_text("the keys")
    results = evaluate(
        make_function,
        f"open({str(secret)!r}).read()",
        f"open('/proc/{os.getpid()}/environ').read()",
        "open(f'/proc/{os.getppid()}/environ').read()",
        f"os.unlink({str(secret)!r})",
        f"os.rename({str(secret)!r}, 'stolen')",
        f"open({str(secret.parent / 'other')!r}, 'w').write('x')",
        hidden=(secret, tmp_path / "none"),
        read_only=(secret.parent,),
    )
    assert results[0] == ""
    assert results[1:3] == ["Permission denied"] * 2
    assert all(isinstance(result, str) for result in results[3:])
    assert secret.read_text() == "the keys"


def test_the_temporary_folders_of_others_are_not_shown(make_function: MakeFunction) -> None:
    workers = Workers()
    texts = [
        "os.listdir(os.path.dirname(os.environ['TMPDIR']))",
        "open(os.environ['TMPDIR'] + '/own', 'w').write('x')",
        "open(os.path.dirname(os.environ['TMPDIR']) + '/other', 'w')",
    ]
    try:
        for name in ("one", "two"):
            shown, written, beside = workers.invoke(make_function(EVALUATE, name=name), texts).reply
            assert (len(shown), written, beside) == (1, 1, READ_ONLY)
    finally:
        workers.close()


def test_a_configuration_does_not_make_other_folders_writable(make_function: MakeFunction, outside: Path) -> None:
    workers = Workers()
    try:
        function = make_function(EVALUATE, environment={"TMPDIR": str(outside)})
        assert workers.invoke(function, [f"open({str(outside / 'file')!r}, 'w')"]).reply == [READ_ONLY]
    finally:
        workers.close()
