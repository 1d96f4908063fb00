"""Deploys a plugin to the platform on this machine, and sends calls of its APIs through it.

Usage: python call_through_a_plugin.py REPOSITORY PACKAGE

The repository is one that new-plugin made; the package is what biot-plugin package made of it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import tomllib

from biot_emulator.testing import Emulator, running

_PATIENTS = "/organization/v1/users/patients"
_GRACE = {"_name": {"firstName": "Grace", "lastName": "Hopper"}, "_dateOfBirth": "1906-12-09", "mrn": "  K-117 "}
_MINOR = {"_name": {"firstName": "Tim", "lastName": "Young"}, "_dateOfBirth": "2020-01-01"}


_HOOKS = "import index, json; plugin = index.plugin; print(json.dumps([plugin.subscriptions(), plugin.cron_schedule]))"


def main(repository: Path, package: Path) -> None:
    """Deploy, call, and show what came of it."""
    with running() as emulator:
        plugin = emulator.deploy(package, **_config(repository))
        _say(f"\nDeployed Plugin-{plugin['name']} version {plugin['version']} at {plugin['endpointUrl']}")
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


def _config(repository: Path) -> dict[str, Any]:
    """What the repository says of its plugin, in the platform's words."""
    python = repository.absolute() / ".venv" / "bin" / "python"
    found = subprocess.run([python, "-c", _HOOKS], cwd=repository, capture_output=True, check=True)  # noqa: S603
    subscriptions, schedule = json.loads(found.stdout)
    manifest = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["biot-plugin"]
    config = {"name": manifest["name"], "displayName": manifest["display-name"], "runtime": manifest["runtime"]}
    sizes = {"timeout": manifest["timeout"], "memorySize": manifest["memory-size"]}
    return {**config, **sizes, "subscriptions": subscriptions, "cronSchedule": schedule}


def _call(emulator: Emulator, method: str, path: str, body: Any, shown: tuple[str, ...]) -> None:
    reply = emulator.call(method, path, json=body)
    said = {name: reply.body[name] for name in shown if name in reply.body}
    _say(f"{method} {path[:60]} -> {reply.status_code} {json.dumps(said)}")


def _change_a_session(emulator: Emulator) -> None:
    """Something for plugins that are told of usage sessions."""
    name = {"firstName": "Ada", "lastName": "Lovelace"}
    patient = emulator.call("POST", "/organization/v1/users/patients", json={"_name": name}).body["_id"]
    emulator.call("POST", "/device/v2/devices", json={"_id": "pump-1", "_patient": {"id": patient}})
    sessions = "/device/v1/devices/pump-1/usage-sessions"
    made = emulator.call("POST", sessions, json={"_state": "ACTIVE", "_startTime": "2024-01-01T07:00:00Z"})
    ended = {"_state": "DONE", "_endTime": "2024-01-01T08:00:00Z", "_summary": {"_stopReasonCode": "COMPLETION"}}
    _call(emulator, "PATCH", f"{sessions}/{made.body['_id']}", ended, ("_state",))
    emulator.wait_for_notifications()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
