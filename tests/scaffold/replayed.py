"""A plugin of which there are two versions in git, and events that were recorded of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from biot_plugin.testing import events
from biot_plugin_cli.recordings.entry import Recording
from tests.scaffold.clones import committed
from tests.scaffold.packages import Repository, framework_wheel

AT = "2026-03-04T05:06:07.890Z"

#: What the tests of the plugin below look at stays the same in both versions.
OLD = """
import datetime
import random
import secrets
import time
import uuid

from biot_plugin import Plugin, Reject

plugin = Plugin()


@plugin.post_request("GET/organization/v1/users/patients/{id}")
def add_age(event):
    born = datetime.date.fromisoformat(event.response.body["_dateOfBirth"])
    event.response.body["age"] = (datetime.date.today() - born).days // 365


@plugin.pre_request("POST/organization/v1/users/patients")
def number(event):
    if event.body.get("minor"):
        raise Reject(403, "PATIENT_IS_A_MINOR", "Patients must be 18 or older")
    event.body["number"] = str(uuid.uuid4())
    event.body["drawn"] = [random.random(), secrets.token_hex(4), time.time(), datetime.datetime.now().isoformat()]


@plugin.notification("usage-session", "_update")
def note(event):
    patient = event.entity["_patient"]["id"]
    name = event.biot.get(f"/organization/v1/users/patients/{patient}")["_name"]
    change = {"lastSession": event.entity["_endTime"], "by": name}
    event.biot.patch(f"/organization/v1/users/patients/{patient}", json=change)


handler = plugin.handler
"""


def patient(number: int) -> dict[str, Any]:
    return {"_id": f"p-{number}", "_name": {"firstName": "Ada"}, "_dateOfBirth": f"19{10 + number % 80}-05-06"}


def read_event(number: int) -> dict[str, Any]:
    return events.post_request(
        "GET/organization/v1/users/patients/{id}", body=patient(number), path_variables={"id": f"p-{number}"}
    )


def creation_event(number: int) -> dict[str, Any]:
    return events.pre_request("POST/organization/v1/users/patients", body={**patient(number), "minor": number % 4 == 0})


def session_event(number: int) -> dict[str, Any]:
    session = {"_id": f"s-{number}", "_patient": {"id": f"p-{number}"}, "_endTime": "2026-03-04T05:00:00.000Z"}
    return events.notification("usage-session", "_update", entity=session, old_entity=session)


def session_answers(number: int) -> dict[str, Any]:
    path = f"/organization/v1/users/patients/p-{number}"
    return {f"GET {path}": [{"answer": {"_name": "Ada"}}], f"PATCH {path}": [{"answer": {}}]}


def recorded(count: int) -> list[dict[str, Any]]:
    """Recordings of all kinds in turn."""
    documents = []
    for number in range(count):
        event = (read_event, creation_event, session_event)[number % 3](number)
        answers = session_answers(number) if number % 3 == 2 else {}
        documents.append(recording(event, answers, id=f"e-{number}"))
    return documents


def recording(event: Mapping[str, Any], answers: Mapping[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    document = {"version": 1, "recordedAt": AT, "event": event, "answers": answers or {}, **members}
    return Recording.of(document).document


def write_recordings(file: Path, documents: list[dict[str, Any]]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{json.dumps(document)}\n" for document in documents), encoding="utf-8")
    return file


def framework_plugin(plugin: Repository, *, index: str = OLD) -> str:
    """Commit a plugin that uses the framework; return the commit."""
    framework_wheel(plugin.wheels, whole=True)
    plugin.needs("biot-plugin")
    return committed(plugin, index=index)


def bare_plugin(plugin: Repository, old: str, new: str) -> str:
    """Commit a plugin of plain functions, and change it afterwards; return the commit."""
    commit = committed(plugin, index=old)
    plugin.write("index.py", new)
    return commit


Replaying = Callable[..., dict[str, Any]]


def ids(document: Mapping[str, Any], of: str = "differences") -> dict[str, int]:
    """The kinds of differences, with the number of events of each."""
    return {kind["id"]: kind["events"] for kind in document[of]}
