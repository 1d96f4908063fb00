"""What Python prints by itself has nothing of an event: warnings, and errors that nothing caught."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from biot_plugin import Plugin
from biot_plugin.testing import default_signer

SECRET = "Anna-Smith"

PLUGIN = f"""
import asyncio, gc, logging, os, sys, threading, warnings
from biot_plugin import Plugin, PreRequest
from biot_plugin.testing import Client, default_signer

API = "POST/organization/v1/users/patients"
SECRET = {SECRET!r}
plugin = Plugin()
warnings.simplefilter("always")

def fail(text=f"Bearer {default_signer().token("X")}"):
    raise ValueError(text)

class Broken:
    def __del__(self):
        fail()

%s

Client(plugin).pre_request(API, body={{"name": SECRET, "age": 7}})
gc.collect()
"""

CASES = {
    "a warning": """
@plugin.pre_request(API)
def handler(event: PreRequest) -> None:
    warnings.warn(f"odd: {event.body}")
""",
    "a warning in a thread": """
@plugin.pre_request(API)
def handler(event: PreRequest) -> None:
    thread = threading.Thread(target=lambda: warnings.warn(f"odd: {event.body}"))
    thread.start(); thread.join()
""",
    "a warning that is logged": """
logging.basicConfig()
logging.captureWarnings(True)
@plugin.pre_request(API)
def handler(event: PreRequest) -> None:
    warnings.warn(f"odd: {event.body}")
""",
    "a warning of pydantic's": """
from pydantic import BaseModel
class Patient(BaseModel):
    age: int
@plugin.pre_request(API)
def handler(event: PreRequest) -> None:
    patient = Patient(age=event.body["age"])
    patient.age = event.body["name"]
    patient.model_dump()
""",
    "a thread that fails": """
@plugin.pre_request(API)
def handler(event: PreRequest) -> None:
    thread = threading.Thread(target=fail)
    thread.start(); thread.join()
""",
    "an error that is ignored": """
@plugin.pre_request(API)
def handler(event: PreRequest) -> None:
    Broken()
""",
    "a task that nobody awaited": """
@plugin.pre_request(API)
async def handler(event: PreRequest) -> None:
    async def work(): fail()
    asyncio.create_task(work())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gc.collect()
""",
    "a task in a loop of the author's": """
@plugin.pre_request(API)
def handler(event: PreRequest) -> None:
    async def main():
        async def work(): fail()
        asyncio.create_task(work())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    asyncio.run(main())
""",
    "a coroutine that nobody awaited": """
@plugin.pre_request(API)
def handler(event: PreRequest) -> None:
    async def work(name): fail()
    work(event.body["name"])
""",
    "a library's error": """
@plugin.pre_request(API)
def handler(event: PreRequest) -> None:
    try:
        fail()
    except ValueError:
        logging.getLogger("library").exception("body %s", event.body)
""",
}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_nothing_of_an_event_is_printed(case: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PLUGIN % CASES[case]], capture_output=True, text=True, check=True, timeout=60
    )
    text = done.stdout + done.stderr
    assert text.strip(), "it is reported, somewhere"
    assert SECRET not in text
    assert default_signer().token("X").partition(".")[0] not in text
    assert "eyJ" not in text


def run(code: str) -> tuple[list[dict[str, Any]], str]:
    done = subprocess.run([sys.executable, "-c", PLUGIN % code], capture_output=True, text=True, check=True, timeout=60)
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


@pytest.mark.slow
def test_a_failed_thread_is_a_record_in_its_trace() -> None:
    (record,), error = run(CASES["a thread that fails"])
    assert record["message"] == "A thread failed"
    assert record["traceId"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert "in fail" in record["exception"]
    assert error == ""


@pytest.mark.parametrize("work", [sys.exit, lambda: sys.exit("done")])
def test_a_thread_that_ends_itself_has_not_failed(
    plugin: Plugin, capsys: pytest.CaptureFixture[str], work: Callable[[], None]
) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert capsys.readouterr() == ("", "")


@pytest.mark.slow
def test_a_warning_keeps_its_place_and_its_text_outside_of_events() -> None:
    code = "warnings.warn('The text', DeprecationWarning)\n" + CASES["a warning"]
    _, error = run(code)
    outside, *_, inside = error.splitlines()
    assert "DeprecationWarning: The text" in outside
    record = json.loads(inside)
    assert record["message"].startswith("UserWarning at <string>:")
    assert record["message"].endswith("[redacted text]")
    assert record["level"] == "WARN"


@pytest.mark.slow
def test_hooks_of_others_are_called_as_well() -> None:
    code = (
        "before = threading.excepthook\n"
        "threading.excepthook = lambda event: sys.stderr.write('mine')\n"
        "Plugin(); Plugin()\n" + CASES["a thread that fails"]
    )
    _, error = run(code)
    assert error == "mine"
