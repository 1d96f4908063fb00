"""The state: a transaction is there as a whole or not at all, also after a kill at any moment."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from biot_emulator.state.store import Store
from tests.thoroughness import tries

_ROUNDS = tries(6, 12)
_SEED = 20261124
_PARTS = 3

WRITER = """
import sys
from pathlib import Path
from biot_emulator.state.store import Store
from tests.emulator.state.test_store import write

store, first = Store(Path(sys.argv[1])), int(sys.argv[2])
for number in range(first, first + 100_000):
    write(store, number)
    print(number, flush=True)
"""


def content_of(number: int, part: int) -> bytes:
    return f"{number} {part} ".encode() * 2000


def write(store: Store, number: int) -> None:
    """Make a thing of several documents and files; every third takes the one before away."""
    with store.transaction():
        for part in range(_PARTS):
            store.put("parts", f"{number}-{part}", {"number": number, "part": part})
            store.put_file(f"{number}-{part}", content_of(number, part))
        if number % 3 == 0:
            remove(store, number - 1)


def remove(store: Store, number: int) -> None:
    for part in range(_PARTS):
        store.delete("parts", f"{number}-{part}")
        store.delete_file(f"{number}-{part}")


def whole(store: Store, number: int) -> bool:
    """Whether a thing is there; half of it must not be."""
    found = [(store.get("parts", f"{number}-{part}"), store.get_file(f"{number}-{part}")) for part in range(_PARTS)]
    complete = [({"number": number, "part": part}, content_of(number, part)) for part in range(_PARTS)]
    assert found in (complete, [(None, None)] * _PARTS), f"half of {number} is there"
    return found == complete


def run_and_kill(folder: Path, first: int, seconds: float) -> int:
    """Write from a process of its own until it is killed so long after its first write; give the last it told of."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", WRITER, str(folder), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    return max(int(line) for line in lines if line.endswith("\n"))


@pytest.mark.thorough
@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_whole_transactions(tmp_path: Path) -> None:
    chance = random.Random(_SEED)
    last, written = 0, set[int]()
    for _ in range(_ROUNDS):
        first = last + 2  # the one after the last may be there, although nobody was told of it
        last = run_and_kill(tmp_path, first, chance.uniform(0, 0.1))
        written.update(range(first, last + 1))
    store = Store(tmp_path)
    try:
        there = {number for number in range(last + 2) if whole(store, number)}
    finally:
        store.close()
    unreported = there - written
    taken = {number for number in written if number % 3 == 2 and number + 1 in there}
    assert written - taken <= there
    assert not taken & there
    assert len(unreported) <= _ROUNDS
    assert len(written) >= _ROUNDS


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    try:
        write(store, 1)
        with pytest.raises(KeyError), store.transaction():
            write(store, 2)
            remove(store, 1)
            raise KeyError
        assert whole(store, 1)
        assert not whole(store, 2)
        write(store, 3)
        assert whole(store, 3)
    finally:
        store.close()


def test_documents_keep_the_order_in_which_they_were_first_written() -> None:
    store = Store()
    for id in "bac":
        store.put("letters", id, {"id": id, "half": "\ud800"})
    store.put("letters", "b", {"id": "b", "new": True})
    store.put("others", "a", {})
    assert store.delete("letters", "a")
    assert not store.delete("letters", "a")
    assert store.all("letters") == [{"id": "b", "new": True}, {"id": "c", "half": "\ud800"}]
    store.close()
