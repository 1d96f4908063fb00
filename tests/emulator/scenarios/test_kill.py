"""An emulator that is killed at any moment keeps what it has answered for."""

from __future__ import annotations

import http.client
import random
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

import pytest

from biot_emulator.client import Client
from tests.thoroughness import tries

ADMIN = ("ada@example.com", "secret")
PATIENTS = "/organization/v1/users/patients"
_ROUNDS = tries(3, 5)
_WRITERS = 4
_SEED = 20261124


class Emulator:
    """The program, with its state in a folder."""

    def __init__(self, folder: Path) -> None:
        program = [sys.executable, "-c", "from biot_emulator.program.main import main; main()", "serve", "--port", "0"]
        program += ["--data", str(folder), "--admin", ":".join(ADMIN)]
        self.process = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.output: IO[str] = self.process.stdout
        self.url = self.output.readline().strip().removeprefix("listening on ")

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        with self.output:
            return self.process.wait(30)


def _write_until_it_dies(client: Client, writer: str, enough: threading.Event) -> tuple[dict[str, str], set[str]]:
    """Make patients, change and delete some; give what was answered: names by id, and ids that were deleted."""
    kept: dict[str, str] = {}
    gone: set[str] = set()
    try:
        for number in range(100_000):
            name = f"{writer} {number}"
            made = client.call("POST", PATIENTS, json={"_name": {"firstName": name, "lastName": "L"}})
            assert made.status_code == 201, made.body
            id = made.body["_id"]
            kept[id] = name
            if number % 3 == 1:
                kept.pop(id)
                changed = client.call("PATCH", f"{PATIENTS}/{id}", json={"_name": {"firstName": "C", "lastName": "L"}})
                assert changed.status_code == 200, changed.body
                kept[id] = "C"
            if number % 3 == 2:
                kept.pop(id)
                assert client.call("DELETE", f"{PATIENTS}/{id}").status_code == 204
                gone.add(id)
            if number > 3:
                enough.set()
    except (OSError, http.client.HTTPException):
        return kept, gone
    raise AssertionError("it did not die")


@pytest.mark.thorough
@pytest.mark.slow
def test_everything_that_was_answered_is_there_after_a_kill(tmp_path: Path) -> None:
    chance = random.Random(_SEED)
    kept: dict[str, str] = {}
    gone: set[str] = set()
    for round in range(_ROUNDS):
        emulator = Emulator(tmp_path)
        client = Client(emulator.url).log_in(*ADMIN)
        enough = [threading.Event() for _ in range(_WRITERS)]
        with ThreadPoolExecutor(_WRITERS) as pool:
            writing = [
                pool.submit(_write_until_it_dies, client, f"{round}-{writer}", enough[writer])
                for writer in range(_WRITERS)
            ]
            assert all(event.wait(30) for event in enough)
            threading.Event().wait(chance.uniform(0, 0.3))
            assert emulator.end(signal.SIGKILL) == -signal.SIGKILL
        for written in writing:
            kept |= written.result()[0]
            gone |= written.result()[1]
    emulator = Emulator(tmp_path)
    client = Client(emulator.url).log_in(*ADMIN)
    found = {patient["_id"]: patient["_name"]["firstName"] for patient in client.search(PATIENTS, {"limit": 1_000_000})}
    assert emulator.end(signal.SIGTERM) == 0
    assert kept
    assert gone
    assert {id: found.get(id) for id in kept} == kept
    assert gone.isdisjoint(found)
