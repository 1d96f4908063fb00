"""Every kind is added to a new repository: its own tools pass, its events run, and it can still be upgraded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from biot_plugin_cli.git.runner import commit_all, git
from biot_plugin_cli.template import versions
from tests.scaffold.support import CHECKOUT, Program, program_file
from tests.scaffold.upgrades import copy_of_the_template, second_version, upgrade

pytestmark = pytest.mark.slow

THIS = f"python{sys.version_info.major}.{sys.version_info.minor}"
PATIENTS = "organization/v1/users/patients"

#: Each kind, and each form that its example can have.
ADDED = [
    ("pre-request", "--api-id", f"PATCH/{PATIENTS}/{{id}}"),
    ("pre-request", "--api-id", f"POST/{PATIENTS}/{{id}}/enabled-state/{{state}}"),
    ("pre-request", "--api-id", "POST/organization/v1/users/caregivers/templates/nurse"),
    ("pre-request", "--api-id", "DELETE/device/v1/devices/usage-sessions/maintenance/orphans/DEVICE"),
    ("pre-request", "--api-id", "POST/device/v1/devices/{deviceId}/usage-sessions/{id}/remote-control/resume"),
    ("post-request", "--api-id", f"PATCH/{PATIENTS}/{{id}}"),
    ("post-request", "--api-id", "GET/device/v1/devices/usage-sessions"),
    ("post-request", "--api-id", "DELETE/device/v2/devices/{id}"),
    ("post-request", "--api-id", "GET/measurement/v2/measurements/raw"),
    ("adapt-entity", "--entity", "organization-user"),
    ("notification", "--entity", "organization-user", "--action", "_updateEnabledState"),
    ("notification", "--entity", "registration-code", "--action", "_update"),
    ("scheduled", "--cron", "0 6 ? * MON-FRI *"),
    ("endpoint",),
]


def run(plugin: Path, *command: str) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "COV"))}
    program, *arguments = command
    line = [str(program_file(program)), *arguments]
    done = subprocess.run(line, cwd=plugin, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"


def test_what_is_added_passes_and_is_no_obstacle_to_an_upgrade(
    create: Program, biot_plugin: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    templates, plugin = tmp_path / "templates", tmp_path / "demo"
    copy_of_the_template(templates)
    monkeypatch.setattr(versions, "FOLDER", templates)
    assert create(plugin, "--defaults", "--hook", "pre-request", "--runtime", THIS).exit_code == 0
    monkeypatch.chdir(plugin)
    events = []
    for arguments in ADDED:
        done = biot_plugin("add", *arguments, "--json")
        assert done.exit_code == 0, done.err
        events.append(done.document["event"])

    run(plugin, "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:xdist")
    run(plugin, "ruff", "check", "--no-cache")
    run(plugin, "ruff", "format", "--no-cache", "--check")
    cache = CHECKOUT / ".cache" / f"mypy-generated-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    run(plugin, "mypy", f"--cache-dir={cache}")
    (plugin / ".venv").symlink_to(sys.prefix)
    invoked = biot_plugin("invoke", *events, "--json")
    assert invoked.exit_code == 0, invoked.out
    assert [one["outcome"] for one in invoked.document["invocations"]] == ["succeeded"] * len(ADDED)
    (plugin / ".venv").unlink()

    commit_all(plugin, "Add hooks")
    second_version(templates)
    upgraded = upgrade(biot_plugin)
    assert upgraded["exitCode"] == 0, upgraded
    assert upgraded["conflicts"] == []
    changed = git(plugin, "status", "--porcelain")
    assert "CHANGES.md" in changed
    assert not [event for event in events if event in changed]
