"""Whoever does not see a patient neither saves nor finds what is measured of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from biot_emulator.testing import Emulator, running
from tests.emulator.conftest import comparing_what_is_left
from tests.emulator.people import Clinic, clinic, created

V1, V2 = "/measurement/v1/measurements", "/measurement/v2/measurements"
DEVICES = "/device/v2/devices"
START, END = "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z"
TIME = "2026-01-01T00:30:00Z"


@pytest.fixture(scope="module", autouse=True)
def nothing_left_behind() -> Iterator[None]:
    yield from comparing_what_is_left()


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


@pytest.fixture(scope="module")
def clinics(emulator: Emulator) -> list[Clinic]:
    homes = [clinic(emulator, "North"), clinic(emulator, "South")]
    for home in homes:
        body = {"_id": f"DEV-{home.id[:8]}", "_ownerOrganization": {"id": home.id}}
        device = {**body, "_patient": {"id": home.ids["patient"]}}
        home.ids["device"] = created(emulator.call("POST", DEVICES, json=device))
        assert emulator.call("POST", V1, json=message(patientId=home.ids["patient"])).status_code == 200
    return homes


def message(**about: str) -> dict[str, Any]:
    return {"metadata": {"timestamp": TIME, **about}, "data": {"pulse": 61}}


def searches(patient: str | None) -> list[str]:
    """Each API that finds measurements, of one patient or of all."""
    parameters = {"attributes": "pulse", "startTime": START, "endTime": END}
    named = {"_patient.id": {"eq": patient}} if patient else {}
    filter = {"timestamp": {"from": START, "to": END}, **named}
    aggregated = {**filter, "binIntervalSeconds": {"eq": "60"}}
    of_version_2 = [
        f"{V2}/{name}?{urlencode({'searchRequest': json.dumps({'filter': filter})})}"
        for name, filter in (("raw", filter), ("aggregated", aggregated))
    ]
    if patient is None:
        return of_version_2
    query = urlencode({**parameters, "patientId": patient})
    return [f"{V1}/raw?{query}", f"{V1}/aggregated?{query}&binIntervalSeconds=60", *of_version_2]


@pytest.mark.parametrize("role", ["admin", "caregiver", "patient"])
def test_values_of_patients_that_the_caller_sees(clinics: list[Clinic], role: str) -> None:
    north, south = clinics
    for path in searches(north.ids["patient"]):
        assert north.callers[role].call("GET", path).status_code == 200, path
    for path in [*searches(south.ids["patient"]), *searches(None), *searches("00000000-0000-0000-0000-00000000dead")]:
        reply = north.callers[role].call("GET", path)
        assert (reply.status_code, reply.body["code"]) == (403, "ACCESS_DENIED"), path


def test_a_patient_sees_no_other_patients_values(clinics: list[Clinic]) -> None:
    north = clinics[0]
    for path in searches(north.ids["patient"].upper()):
        assert north.callers["patient"].call("GET", path).status_code == 200, path
        assert north.callers["other-patient"].call("GET", path).status_code == 403, path


@pytest.mark.parametrize(
    ("role", "about", "status"),
    [
        ("patient", {"patientId": "patient"}, 200),
        ("patient", {"deviceId": "device"}, 200),
        ("patient", {"patientId": "other-patient"}, 403),
        ("other-patient", {"deviceId": "device"}, 403),
        ("other-patient", {"patientId": "other-patient", "deviceId": "device"}, 403),
        ("caregiver", {"patientId": "other-patient"}, 200),
    ],
)
def test_who_saves_values(clinics: list[Clinic], role: str, about: dict[str, str], status: int) -> None:
    north, south = clinics
    single = message(**{name: north.ids[id] for name, id in about.items()})
    assert north.callers[role].call("POST", V1, json=single).status_code == status
    assert north.callers[role].call("POST", f"{V1}/bulk", json={"measures": [single]}).status_code == status
    foreign = message(**{name: south.ids[id] for name, id in about.items()})
    for path, body in ((V1, foreign), (f"{V1}/bulk", {"measures": [single, foreign]})):
        reply = north.callers[role].call("POST", path, json=body)
        assert (reply.status_code, reply.body["code"]) == (403, "ACCESS_DENIED")
