from __future__ import annotations

import os
import subprocess
import sys
import threading
import uuid

import pytest

from biot_emulator.random_ids import random_hex, random_uuid


def test_the_system_is_asked_once_for_many_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = os.urandom

    def ask(count: int) -> bytes:
        asked.append(count)
        return real(count)

    monkeypatch.setattr(os, "urandom", ask)
    ids = [random_hex() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert {len(bytes.fromhex(id)) for id in ids} == {16}
    assert len(asked) <= 4


def test_a_uuid_is_random_and_says_so() -> None:
    ids = [random_uuid() for _ in range(1000)]
    assert len({id[:8] for id in ids}) > 990
    assert {(uuid.UUID(id).version, uuid.UUID(id).variant, str(uuid.UUID(id)) == id) for id in ids} == {
        (4, uuid.RFC_4122, True)
    }


def test_no_two_threads_have_the_same_id() -> None:
    ids: list[str] = []

    def take() -> None:
        ids.extend([random_hex() for _ in range(2000)])

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == len(set(ids)) == 16_000


FORKED = """
import os
from biot_emulator.random_ids import random_hex

random_hex()
reader, writer = os.pipe()
if os.fork() == 0:
    os.write(writer, random_hex().encode())
    os._exit(0)
print(random_hex(), os.read(reader, 100).decode())
"""


def test_a_copy_of_the_process_has_other_ids() -> None:
    run = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, check=True)
    first, second = run.stdout.split()
    assert first != second
