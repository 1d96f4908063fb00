"""Many callers at once, through plugins of which some fail: everybody gets their own answer, and nothing is left."""

from __future__ import annotations

import gc
import queue
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import psutil
import pytest

from biot_emulator.client import Client
from biot_emulator.testing import Emulator
from tests.emulator.conftest import ADA, PATIENTS, code_zip, interception

pytestmark = [pytest.mark.slow, pytest.mark.long(60)]

#: Every so many requests make the plugin that is meant for it fail.
CRASHES, TIMEOUTS = 251, 499
CREATE = f"POST{PATIENTS}"

MARKS = code_zip("""
    import json, os, time

    def handler(event, context):
        body = json.loads(event["body"])
        name = os.environ["NAME"]
        part = body.get("response") or body["request"]
        number = part["body"]["number"]
        if part["body"].get("fails") == name:
            if os.environ["FAILS"] == "crash":
                os._exit(7)
            time.sleep(60)
        part["body"][name] = number
        return {"response" if "response" in body else "request": part}
""")


@dataclass
class Outcome:
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[Any] = field(default_factory=list)


def payload(number: int) -> dict[str, Any]:
    fails = "first" if number % CRASHES == 0 else "second" if number % TIMEOUTS == 0 else None
    return {**ADA, "number": number, "fails": fails}


def judge(number: int, status: int, body: Any) -> str:
    """Name the answer that a caller got; raises where it is not its own."""
    wanted = payload(number)
    if wanted["fails"]:
        failure = {"first": "crash", "second": "timeout"}[wanted["fails"]]
        assert (status, body["details"]) == (502, {"failure": failure})
        return failure
    assert status == 201
    assert {body[name] for name in ("number", "first", "second", "third")} == {number}
    return "made"


def call_many(emulator: Emulator, numbers: queue.SimpleQueue[int], outcome: Outcome) -> None:
    client = Client(emulator.url, emulator.token)
    while True:
        try:
            number = numbers.get_nowait()
        except queue.Empty:
            return
        try:
            reply = client.call("POST", PATIENTS, json=payload(number))
            outcome.answers[judge(number, reply.status_code, reply.body)] += 1
        except Exception as error:
            outcome.wrong.append((number, error))


def run(emulator: Emulator, callers: int, numbers: range) -> Outcome:
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in numbers:
        waiting.put(number)
    outcome = Outcome()
    threads = [threading.Thread(target=call_many, args=(emulator, waiting, outcome)) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcome


def footprint() -> tuple[int, int, int]:
    """Processes, open files and megabytes."""
    gc.collect()
    process = psutil.Process()
    return len(process.children(recursive=True)), process.num_fds(), process.memory_info().rss // 2**20


# A plugin crashes and one takes too long in the shorter run as well.
@pytest.mark.parametrize(("callers", "requests"), [(24, 600), pytest.param(64, 5000, marks=pytest.mark.matrix)])
def test_each_caller_gets_its_own_answer(
    emulator: Emulator, capsys: pytest.CaptureFixture[str], callers: int, requests: int
) -> None:
    for name, fails, hook in (
        ("first", "crash", interception("PRE_REQUEST", CREATE, 1)),
        ("second", "timeout", interception("PRE_REQUEST", CREATE, 2)),
        ("third", "never", interception("POST_REQUEST", CREATE)),
    ):
        variables = {"NAME": name, "FAILS": fails}
        emulator.deploy(
            MARKS,
            name,
            subscriptions={"interceptions": [hook]},
            environmentVariables=variables,
            timeout=5 if fails == "timeout" else 60,
        )
    told = {"notifications": [{"entityTypeName": "patient", "actionName": "_create"}]}
    emulator.deploy(code_zip("def handler(event, context): pass"), "told", subscriptions=told)

    run(emulator, callers, range(1, CRASHES))
    assert any(emulator.wait_for_notifications(60) for _ in range(5))
    before = footprint()
    outcome = run(emulator, callers, range(CRASHES, CRASHES + requests))
    assert outcome.wrong == []
    assert outcome.answers.total() == requests
    assert any(emulator.wait_for_notifications(60) for _ in range(5))
    after = footprint()

    made = {one["number"] for one in emulator.platform.store.all("entities/patient")}
    expected = {number for number in range(1, CRASHES + requests) if payload(number)["fails"] is None}
    assert made == expected
    with capsys.disabled():
        sys.stdout.write(f"\n{requests} requests of {callers} callers: {dict(outcome.answers)}; {before} -> {after}\n")
    processes, files, memory = (now - then for now, then in zip(after, before, strict=True))
    assert processes <= 0
    assert files <= 40
    assert memory <= 400
