"""Plans and plugins as people read them."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import pytest

from biot_emulator.testing import Emulator
from tests.scaffold.deployments import HOOKED, configured, deploy, deploy_hooked, hook
from tests.scaffold.faulty_platform import FaultyPlatform
from tests.scaffold.packages import Repository
from tests.scaffold.support import on_terminal, program_file

pytestmark = pytest.mark.slow

PATIENTS = "POST/organization/v1/users/patients"
LONG = "PATCH/organization/v1/users/caregivers/{id}"


def plan(plugin: Repository) -> list[str]:
    """The lines of the plan, without the warnings above it."""
    outcome = plugin.program("deploy", "--dry-run")
    assert outcome.exit_code == 0, outcome.err
    lines: list[str] = outcome.err.splitlines()
    return lines[next(n for n, line in enumerate(lines) if re.match("Create|Update|Nothing", line)) :]


def patch(emulator: Emulator, **config: Any) -> None:
    form = {"config": json.dumps(config).encode()}
    assert emulator.call("PATCH", "/settings/v2/plugins/Plugin-demo", form=form).status_code == 200


def test_a_new_plugin_is_shown_by_its_members(plugin: Repository, emulator: Emulator, platform: FaultyPlatform) -> None:
    hook(plugin)
    configured(
        plugin,
        environment={"WARD": "7b", "DB_PASSWORD": "in-the-manifest"},
        cors={"allow-origins": ["https://a.example", "https://b.example"]},
        interception_order=7,
    )
    assert plan(plugin) == [
        f"Create demo on {platform.url}",
        "  version                          1",
        "  code                             uploaded",
        "  displayName                      Demo",
        "  deploymentPackageType            ZIP",
        f"  runtime                          {plugin.runtime}",
        "  handler                          index.handler",
        "  timeout                          60",
        "  memorySize                       128",
        "  ephemeralStorage                 512",
        "  analyticsDbAccess                false",
        "  subscriptions.interceptionOrder  7",
        "  cronSchedule                     0 3 * * ? *",
        "  environmentVariables",
        "    added    WARD  7b",
        "    added    DB_PASSWORD  (hidden)",
        "  cors.allowOrigins",
        "    added    https://a.example",
        "    added    https://b.example",
        "  subscriptions.interceptions",
        f"    added    PRE_REQUEST {PATIENTS} order 5",
        "  subscriptions.notifications",
        "    added    patient _create",
    ]


def test_subscriptions_are_added_removed_and_moved(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    deploy_hooked(plugin)
    found = {"interceptions": [{"type": "ADAPT_ENTITY", "entityTypeName": "patient"}], "notifications": []}
    found["interceptions"].append({"type": "PRE_REQUEST", "apiId": PATIENTS, "order": 5})  # type: ignore[dict-item]
    patch(emulator, subscriptions=found)
    plugin.write(
        "index.py",
        HOOKED.replace("order=5", "order=6").replace(
            "handler =", f"@plugin.post_request('{LONG}')\ndef long(event): pass\nhandler ="
        ),
    )
    assert plan(plugin)[1:] == [
        "  version  1 → 2",
        "  code     uploaded",
        "  subscriptions.interceptions",
        f"    added    POST_REQUEST {LONG}",
        "    removed  ADAPT_ENTITY patient",
        f"    moved    PRE_REQUEST {PATIENTS}  order 5 → 6",
        "  subscriptions.notifications",
        "    added    patient _create",
    ]
    # Machines get the whole lists.
    [interceptions, notifications] = deploy(plugin, "--dry-run")["changes"]
    assert set(interceptions) == {"field", "before", "after"}
    assert [one["type"] for one in interceptions["after"]] == ["POST_REQUEST", "PRE_REQUEST"]
    assert notifications["before"] == []


def test_values_and_lists_are_shown_before_and_after(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    deploy(plugin)
    patch(
        emulator,
        cors={"allowMethods": ["GET", "PUT"]},
        environmentVariables={"WARD": "5a", "OTHER": "x"},
        displayName="\x1b[2JDemo",
        cronSchedule="0 3 * * ? *",
    )
    long = "https://" + "x" * 300 + ".example"
    configured(plugin, cors={"allow-methods": ["PUT", "POST"], "allow-origins": [long]}, environment={"WARD": "7b"})
    assert plan(plugin)[1:] == [
        "  version      1 → 2",
        "  code         uploaded",
        '  displayName  "\\u001b[2JDemo" → Demo',
        "  environmentVariables",
        "    changed  WARD  (hidden) → 7b",
        "  cors.allowOrigins",
        f"    added    {long}",
        "    removed  *",
        "  cors.allowMethods",
        "    added    POST",
        "    removed  GET",
        "  unchanged  environmentVariables OTHER: set on the platform, but not in pyproject.toml; remove what is not "
        "needed with biot-plugin secret unset NAME",
    ]


def test_narrow_terminals_and_pipes_cut_nothing(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook(plugin)
    line = f"PRE_REQUEST {PATIENTS} order 5"
    monkeypatch.setenv("COLUMNS", "30")
    command = [str(program_file("biot-plugin")), "deploy", "--dry-run"]
    piped = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    assert f"    added    {line}\n" in piped
    assert "\x1b" not in piped
    _, shown = on_terminal(command, [])
    assert line in re.sub(r"\x1b\[[\d;]*m", "", shown)


def test_the_columns_of_a_plugin_are_aligned(plugin: Repository, emulator: Emulator, platform: FaultyPlatform) -> None:
    deploy_hooked(plugin)
    patch(emulator, environmentVariables={"DB_PASSWORD": "correct-horse"}, displayName="x" * 200)
    lines = plugin.program("status").out.splitlines()
    width = len("deploymentPackageType") + 2
    assert all(line[width - 1] == " " and line[width] != " " for line in lines), lines
    for label, value in (
        ("displayName", "x" * 200),
        ("environmentVariables", "DB_PASSWORD = (hidden)"),
        ("intercepts", f"PRE_REQUEST {PATIENTS} order 5"),
        ("is notified of", "patient _create"),
    ):
        assert f"{label.ljust(width)}{value}" in lines
    assert [line.split()[0] for line in lines if line.startswith("lastModified")] == ["lastModifiedTime"]


def test_the_names_of_a_list_are_never_cut(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    deploy(plugin)
    emulator.deploy(plugin.root / "dist" / "demo.zip", "n" * 57)
    header, demo, other = plugin.program("list").out.splitlines()
    assert (demo.split()[:3], other.split()[:3]) == (["demo", "1", "ENABLED"], ["n" * 57, "1", "ENABLED"])
    assert header.index("version") == demo.index("1") == other.index("1")
