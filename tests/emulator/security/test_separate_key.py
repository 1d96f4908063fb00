"""A key that another process makes and has, in processes of their own: one that has threads is not copied."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import psutil
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from biot_emulator.security import separate_key
from biot_emulator.security.separate_key import SeparateKey

_START = """
import os, sys, threading, time
from biot_emulator.security.separate_key import KeyUnavailable, SeparateKey
"""


def _said(code: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", _START + code], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_it_signs_without_any_of_the_library_in_this_process() -> None:
    public, signature, *others = _said("""
with SeparateKey.start() as key:
    print(key.public_text)
    print(key.sign(b"message").hex())
    print(key.verifies(b"message", key.sign(b"message")), key.verifies(b"another", key.sign(b"message")))
    print(len(key.private_text) > 1000, key.private_lines.replace("\\n", "") == key.private_text)
    print("cryptography" in sys.modules)
""")
    loaded = load_der_public_key(base64.b64decode(public))
    assert isinstance(loaded, rsa.RSAPublicKey)
    loaded.verify(bytes.fromhex(signature), b"message", padding.PKCS1v15(), hashes.SHA512())
    assert others == ["True False", "True True", "False"]


def test_several_threads_get_the_answers_to_their_own_questions() -> None:
    assert _said("""
with SeparateKey.start() as key:
    def ask(number):
        message = str(number).encode()
        assert key.verifies(message, key.sign(message))
        done.append(number)
    done = []
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    [each.start() for each in threads], [each.join() for each in threads]
    print(len(done))
""") == ["20"]


def test_its_process_is_gone_once_it_is_closed() -> None:
    assert _said("""
import psutil
key = SeparateKey.start()
print(len(psutil.Process().children()))
key.close()
key.close()
print(len(psutil.Process().children()))
""") == ["1", "0"]


@contextmanager
def _running(code: str) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """Run code that has a key."""
    command = [sys.executable, "-c", f"{_START}\nimport psutil\nkey = SeparateKey.start()\n{code}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process, process.stdout


@pytest.mark.parametrize("ended_by", [signal.SIGKILL, signal.SIGTERM])
def test_its_process_ends_with_this_one(ended_by: signal.Signals) -> None:
    with _running("print(psutil.Process().children()[0].pid, flush=True)\ntime.sleep(60)") as (process, output):
        holder = psutil.Process(int(output.readline()))
        process.send_signal(ended_by)
        process.wait()
        assert _has_ended(holder)


def _has_ended(process: psutil.Process) -> bool:
    """Wait for the end of a process that is not of this one: in a container, it may stay a zombie."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("number", separate_key._IGNORED)
def test_what_ends_this_process_does_not_end_it_first(number: signal.Signals) -> None:
    assert _said(f"""
import psutil
with SeparateKey.start() as key:
    psutil.Process().children()[0].send_signal({int(number)})
    print(len(key.sign(b"message")))
""") == ["256"]


def test_a_signal_right_after_the_start_runs_nothing_of_this_process_in_the_copy() -> None:
    assert _said("""
import signal
fork = os.fork
def fork_and_interrupt():
    process = fork()
    if not process:
        os.kill(os.getpid(), signal.SIGINT)
    return process
os.fork = fork_and_interrupt
try:
    with SeparateKey.start() as key:
        print(len(key.sign(b"message")))
finally:
    print("here", flush=True)
""") == ["256", "here"]


def test_where_its_process_has_ended_that_is_said() -> None:
    assert (
        _said("""
import psutil
with SeparateKey.start() as key:
    psutil.Process().children()[0].kill()
    for _ in range(2):
        try:
            key.sign(b"message")
        except KeyUnavailable as error:
            print(error)
""")
        == ["The process that has the signing key ended: try again"] * 2
    )


def test_a_process_with_threads_is_not_copied() -> None:
    assert _said("""
thread = threading.Thread(target=time.sleep, args=(0.2,))
thread.start()
print(SeparateKey.start())
""") == ["None"]


def test_another_system_copies_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("it was copied"))
    assert SeparateKey.start() is None


def test_where_the_system_has_no_room_nothing_is_left_open() -> None:
    assert _said("""
def fork():
    raise BlockingIOError
os.fork = fork
before = os.listdir("/proc/self/fd")
print(SeparateKey.start(), os.listdir("/proc/self/fd") == before)
""") == ["None True"]
