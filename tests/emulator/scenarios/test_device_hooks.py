"""What plugins are told of devices and what belongs to them, and what they can intercept."""

from __future__ import annotations

from typing import Any

from biot_emulator.services.dispatcher.notifiable_actions import NOTIFIABLE_ACTIONS
from biot_emulator.testing import Emulator
from tests.emulator.conftest import code_zip, interception
from tests.emulator.services.entities.world import DEVICES, DONE, GENERIC, OF_DEVICES, PATIENTS, World

TYPES = ("device", "usage-session", "command", "device-alert", "patient-alert", "generic-entity")
#: What no API sets off: commands are started, and only their devices change them.
NEVER = {("command", "_create")}
ECHO = """
import json
def handler(event, context):
    body = json.loads(event["body"])
    return {name: body[name] for name in ("request", "response") if name in body}
"""


def _do_everything(world: World) -> None:
    device = world.device()
    world("PATCH", f"{DEVICES}/{device}", {"_description": "on the wall"})
    for path in ("certificate", "certificate/activate"):
        world("POST", f"{DEVICES}/{device}/{path}")
    world("DELETE", f"{DEVICES}/{device}/certificate")
    session = world.remote_session(device)
    for control in ("pause", "resume", "stop"):
        world("POST", f"{session}/remote-control/{control}")
    world.says(session, _state="DONE")
    world("PATCH", world.session(device), DONE)
    world("DELETE", session)
    command = world.command(device)
    world("POST", f"{command}/stop")
    world.says(command, _state="ABORTED")
    world("DELETE", command)
    for base, id in ((PATIENTS, world.patient()), (OF_DEVICES, device)):
        alert = world.alert(base, id)
        world("PATCH", alert, {"_severity": "MAJOR"})
        world("PATCH", alert, {"_state": "CLEARED"})
        world("DELETE", alert)
    entity = f"{GENERIC}/{world.made(GENERIC, {'_name': 'one'})['_id']}"
    world("PATCH", entity, {"_name": "two"})
    world("DELETE", entity)
    world("DELETE", f"{DEVICES}/{device}")


def test_a_plugin_is_told_of_every_action(emulator: Emulator) -> None:
    actions = [(type, action) for type in TYPES for action in NOTIFIABLE_ACTIONS[type]]
    notifications = [{"entityTypeName": type, "actionName": action} for type, action in actions]
    emulator.deploy(code_zip("def handler(event, context): pass"), subscriptions={"notifications": notifications})

    _do_everything(World(emulator))
    assert emulator.wait_for_notifications()

    told: dict[tuple[str, str], Any] = {}
    for record in emulator.invocations():
        body = record["input"]["body"]
        told[body["metadata"]["entityTypeName"], body["metadata"]["actionName"]] = body["data"]
    assert {*actions} - {*told} == NEVER
    assert told["patient-alert", "_clear"]["entity"]["_clearDateTime"]
    assert told["patient-alert", "_clear"]["additionalData"]["oldEntity"]["_state"] == "ACTIVE"
    assert told["usage-session", "_remotePause"]["entity"]["_state"] == "PAUSING"
    assert told["usage-session", "_remotePause"]["additionalData"]["oldEntity"]["_state"] == "ACTIVATING"
    assert told["usage-session", "_remoteStart"]["additionalData"] == {}
    assert told["command", "_stop"]["entity"]["_state"] == "STOPPING"
    assert told["device", "_activateCertificate"]["entity"]["_status"]["_certificateStatus"] == "PERMANENT"


def test_what_is_done_to_a_device_is_intercepted(emulator: Emulator) -> None:
    world = World(emulator)
    session = world.remote_session(device := world.device())
    alert = world.alert(OF_DEVICES, device)
    control = "POST/device/v1/devices/{deviceId}/usage-sessions/{id}/remote-control/pause"
    hooks = [
        interception("PRE_REQUEST", control),
        interception("ADAPT_ENTITY", "usage-session"),
        interception("ADAPT_ENTITY", "device-alert"),
        interception("POST_REQUEST", "GET/device/v1/devices/current/alerts"),
        interception("POST_REQUEST", "POST/device/v1/devices/{deviceId}/commands/{templateName}/start"),
    ]
    emulator.deploy(code_zip(ECHO), subscriptions={"interceptions": hooks})

    assert world("POST", f"{session}/remote-control/pause").status_code == 200
    assert world("PATCH", alert, {"_state": "CLEARED"}).status_code == 200
    assert world("GET", f"{OF_DEVICES}/current/alerts").status_code == 200

    bodies = [record["input"]["body"] for record in emulator.invocations()]
    assert [(body["apiId"], body["entityName"]) for body in bodies] == [
        (control, "usage-session"),
        (control, "usage-session"),
        ("PATCH/device/v1/devices/{deviceId}/alerts/{id}", "device-alert"),
        ("GET/device/v1/devices/current/alerts", "device-alert"),
    ]
    assert [one["_state"] for one in bodies[1]["response"]["entities"]] == ["PAUSING"]
