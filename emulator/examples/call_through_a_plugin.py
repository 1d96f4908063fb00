"""Deploys a plugin to the platform on this machine, and sends calls of its APIs through it.

Usage: python call_through_a_plugin.py CONFIG.json CODE.zip
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from biot_emulator.testing import Emulator, running

_PATIENTS = "/organization/v1/users/patients"
_GRACE = {"_name": {"firstName": "Grace", "lastName": "Hopper"}, "_dateOfBirth": "1906-12-09", "mrn": "  K-117 "}
_MINOR = {"_name": {"firstName": "Tim", "lastName": "Young"}, "_dateOfBirth": "2020-01-01"}


def main(config: dict[str, Any], code: Path) -> None:
    """Deploy, call, and show what came of it."""
    with running() as emulator:
        plugin = emulator.deploy(code, **config)
        _say(f"Deployed Plugin-{plugin['name']} version {plugin['version']} at {plugin['endpointUrl']}")
        _call(emulator, "POST", _PATIENTS, _GRACE, ("mrn", "age"))
        _call(emulator, "POST", _PATIENTS, _MINOR, ("code", "message"))
        _call(emulator, "GET", plugin["endpointUrl"].removeprefix(emulator.url), None, ("plugin", "code"))
        _change_a_session(emulator)
        if plugin.get("cronSchedule"):
            emulator.fire_schedule(plugin["name"])
        _say("What the plugin was called for:")
        for one in emulator.invocations():
            cold = f" after {one['initMs']:.0f} ms of cold start" if one["cold"] else ""
            _say(f"  {one['kind']:13}{one['hook']:45}{one['statusCode']}  {one['durationMs']:.0f} ms{cold}")


def _call(emulator: Emulator, method: str, path: str, body: Any, shown: tuple[str, ...]) -> None:
    reply = emulator.call(method, path, json=body)
    said = {name: reply.body[name] for name in shown if name in reply.body}
    _say(f"{method} {path[:60]} -> {reply.status_code} {json.dumps(said)}")


def _change_a_session(emulator: Emulator) -> None:
    """Something for plugins that are told of usage sessions."""
    emulator.call("POST", "/device/v2/devices", json={"_id": "pump-1"})
    sessions = "/device/v1/devices/pump-1/usage-sessions"
    made = emulator.call("POST", sessions, json={"_state": "ACTIVE"})
    _call(emulator, "PATCH", f"{sessions}/{made.body['_id']}", {"_state": "DONE"}, ("_state",))
    emulator.wait_for_notifications()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2]))
