"""What Lambda's init leaves for the first event: nothing that is started, and no module to import."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from biot_plugin.init_phase import InitPhase
from biot_plugin.testing import default_signer, events, signed
from tests.framework.conftest import spki
from tests.framework.platform_server import SECRET, SERVICE_ID, Exchange, PlatformServer

API = "POST/organization/v1/users/patients"
BODY = {"mrn": " 7 ", "_name": {"firstName": "Ada"}}

#: What a plugin does, and the event that it gets first.
PLUGINS: dict[str, tuple[str, dict[str, Any]]] = {
    "request": (
        f"""
@plugin.pre_request("{API}")
def trim(event: PreRequest) -> None:
    event.body["mrn"] = event.body["mrn"].strip()
""",
        events.pre_request(API, body=BODY),
    ),
    "response": (
        f"""
@plugin.post_request("{API}")
def hide(event: PostRequest) -> None:
    event.response.body.pop("mrn")
""",
        events.post_request(API, body=BODY),
    ),
    "entities": (
        """
@plugin.adapt_entity("patient")
def add(event: AdaptEntity) -> None:
    for patient in event.entities:
        patient["age"] = 7
""",
        events.adapt_entity("patient", entities=[BODY]),
    ),
    "notification": (
        """
@plugin.notification("patient", "_create")
def notice(event: Notification) -> None:
    event.logger.info(f"A patient of {event.initiator.source_ip_address}")
""",
        events.notification("patient", "_create", entity=BODY),
    ),
    "schedule": (
        """
@plugin.scheduled("45 1/12 1-5 JAN,OCT ? *")
def nightly(event: Scheduled) -> None:
    assert event.time.year == 2026
""",
        events.scheduled(),
    ),
    "endpoint": (
        """
@plugin.endpoint()
def report(event: DirectCall) -> dict:
    return {"query": event.query}
""",
        events.direct(query={"days": "7"}),
    ),
    "refusal": (
        f"""
@plugin.pre_request("{API}")
def refuse(event: PreRequest) -> None:
    raise Reject(403, "PATIENT_IS_A_MINOR", "Patients must be 18 or older", age=17)
""",
        events.pre_request(API, body=BODY),
    ),
    "async": (
        f"""
@plugin.pre_request("{API}")
async def trim(event: PreRequest) -> None:
    event.body["mrn"] = event.body["mrn"].strip()
""",
        events.pre_request(API, body=BODY),
    ),
    "dataclass": (
        f"""
@dataclass
class Patient:
    mrn: str

@plugin.pre_request("{API}")
def trim(event: PreRequest[Patient]) -> None:
    event.body.mrn = event.body.mrn.strip()
""",
        events.pre_request(API, body=BODY),
    ),
    "TypedDict": (
        f"""
class Patient(TypedDict):
    mrn: str

@plugin.pre_request("{API}")
def trim(event: PreRequest[Patient]) -> None:
    event.body["mrn"] = event.body["mrn"].strip()
""",
        events.pre_request(API, body=BODY),
    ),
    "pydantic": (
        f"""
from pydantic import BaseModel

class Patient(BaseModel):
    mrn: str

@plugin.pre_request("{API}")
def trim(event: PreRequest[Patient]) -> None:
    event.body.mrn = event.body.mrn.strip()
""",
        events.pre_request(API, body=BODY),
    ),
    "msgspec": (
        """
from msgspec import Struct

class Patient(Struct):
    mrn: str

@plugin.adapt_entity("patient")
def trim(event: AdaptEntity[Patient]) -> None:
    for patient in event.entities:
        patient.mrn = patient.mrn.strip()
""",
        events.adapt_entity("patient", entities=[BODY]),
    ),
    "call": (
        f"""
@plugin.pre_request("{API}")
def look(event: PreRequest) -> None:
    event.biot.get("/organization/v1/users/patients/7")
""",
        events.pre_request(API, body=BODY),
    ),
    "call in a middleware": (
        f"""
@plugin.middleware
def look(event, call_next):
    event.biot.get("/organization/v1/users/patients/7")
    call_next(event)

@plugin.pre_request("{API}")
def trim(event: PreRequest) -> None:
    event.body["mrn"] = event.body["mrn"].strip()
""",
        events.pre_request(API, body=BODY),
    ),
}

HEAD = """
from __future__ import annotations
from dataclasses import dataclass
from typing import TypedDict
from biot_plugin import AdaptEntity, DirectCall, Notification, Plugin, PostRequest, PreRequest, Reject, Scheduled

plugin = Plugin()
"""

#: As Lambda's runtime client does it: init ends with the look for the handler.
RUN = """
import json, sys, threading
import awslambdaric.bootstrap
import index
handler = index.handler
threads = [thread.name for thread in threading.enumerate()]
before = set(sys.modules)

class Context:
    def get_remaining_time_in_millis(self):
        return 3000

reply = handler(json.loads(sys.argv[1]), Context())
loaded = sorted(set(sys.modules) - before)
print(json.dumps({"status": reply["statusCode"], "threads": threads, "loaded": loaded}))
"""


class Platform(PlatformServer):
    """A platform with public keys, too."""

    def __init__(self) -> None:
        self.fetches = 0
        super().__init__()

    def handle(self, exchange: Exchange) -> None:
        if exchange.received.path != "/ums/v1/security/public-key":
            return super().handle(exchange)
        self.fetches += 1
        return exchange.answer(200, {"publicKey": spki(default_signer())})


@pytest.fixture
def platform() -> Iterator[Platform]:
    platform = Platform()
    yield platform
    platform.close()


def first_event(folder: Path, base_url: str, code: str, event: dict[str, Any]) -> dict[str, Any]:
    """Import a plugin as Lambda does, and tell what its first event found and imported."""
    (folder / "index.py").write_text(f"{HEAD}{code}\nhandler = plugin.handler\n", encoding="utf-8")
    environment = os.environ | {
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9",
        "BIOT_BASE_URL": base_url,
        "BIOT_SERVICE_USER_ID": SERVICE_ID,
        "BIOT_SERVICE_USER_SECRET_KEY": SECRET,
    }
    command = [sys.executable, "-c", RUN, json.dumps(signed(event, default_signer()))]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    outcome: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return outcome


@pytest.mark.slow
@pytest.mark.parametrize("name", PLUGINS)
def test_the_first_event_imports_nothing_and_waits_for_nothing(name: str, platform: Platform, tmp_path: Path) -> None:
    code, event = PLUGINS[name]
    outcome = first_event(tmp_path, platform.base_url, code, event)
    assert outcome == {"status": 403 if name == "refusal" else 200, "threads": ["MainThread"], "loaded": []}
    assert platform.fetches == 1
    assert len(platform.logins) == ("call" in name)


@pytest.mark.slow
def test_a_plugin_starts_without_a_platform(tmp_path: Path) -> None:
    code, event = PLUGINS["request"]
    outcome = first_event(tmp_path, "http://127.0.0.1:9", code, event)
    assert (outcome["status"], outcome["threads"]) == (400, ["MainThread"])


@pytest.fixture
def released() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def waiting(released: threading.Event, ended: Callable[[], object] = lambda: None) -> threading.Thread:
    def work() -> None:
        released.wait(60)
        ended()

    return threading.Thread(target=work)


def test_the_end_waits_for_all(released: threading.Event) -> None:
    ended: list[str] = []
    init = InitPhase()
    threads = [waiting(released, lambda: ended.append("one")), waiting(released, lambda: ended.append("two"))]
    for thread in threads:
        init.start(thread)
    threading.Timer(0.05, released.set).start()
    init.end(verifies=True, intercepts=True)
    assert sorted(ended) == ["one", "two"]
    init.end(verifies=True, intercepts=True)


def test_one_that_hangs_costs_no_more_than_the_patience(
    released: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(InitPhase, "PATIENCE", 0.05)
    init = InitPhase()
    threads = [waiting(released), waiting(released)]
    for thread in threads:
        init.start(thread)
    init.end(verifies=True, intercepts=True)
    assert all(thread.is_alive() for thread in threads)
    released.set()
    for thread in threads:
        thread.join()
