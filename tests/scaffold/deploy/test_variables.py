"""Environment variables on the platform: nobody's but those that the manifest names, and nobody's values to show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from biot_emulator.testing import Emulator
from biot_plugin_cli.deploy.variables import HIDDEN, hide_variables, other_variables
from biot_plugin_cli.manifest.environment_variables import HASH_VARIABLE, RECORD_VARIABLES
from tests.scaffold.deployments import SECOND, configured, deploy, shown
from tests.scaffold.faulty_platform import FaultyPlatform
from tests.scaffold.packages import Repository
from tests.scaffold.support import Outcome

pytestmark = pytest.mark.slow

SECRET, LEVEL = "correct-horse-7", "on-the-platform"


def patch(emulator: Emulator, **config: Any) -> None:
    form, path = {"config": json.dumps(config).encode()}, "/settings/v2/plugins/Plugin-demo"
    assert any(emulator.call(method, path, form=form).status_code == 200 for method in ("PATCH", "PUT"))


def variables(emulator: Emulator) -> dict[str, str]:
    found = shown(emulator)
    assert found
    return {name: value for name, value in found["environmentVariables"].items() if name not in RECORD_VARIABLES}


def set_variables(emulator: Emulator, **values: str) -> None:
    """Set variables as the console does, beside those that are there."""
    found = shown(emulator)
    assert found
    patch(emulator, environmentVariables={**found["environmentVariables"], **values})


def without_call(emulator: Emulator, method: str) -> None:
    for routes in emulator.platform.router._routes.values():
        routes[:] = [route for route in routes if route.method != method]


@pytest.fixture
def deployed(plugin: Repository, emulator: Emulator, platform: FaultyPlatform) -> Iterator[Repository]:
    """A plugin that has variables of the console's on the platform, whose values no program prints."""
    deploy(plugin)
    set_variables(emulator, DB_PASSWORD=SECRET, LEVEL=LEVEL)
    yield plugin
    stored = [path.read_bytes() for path in (plugin.root / ".biot-plugin").rglob("*.json")]
    assert stored
    assert not any(value.encode() in content for content in stored for value in (SECRET, LEVEL))


def run(plugin: Repository, *arguments: str, exit_code: int = 0) -> Outcome:
    outcome = plugin.program("--debug", *arguments)
    assert outcome.exit_code == exit_code, outcome.err
    for value in (SECRET, LEVEL):
        assert value not in outcome.out + outcome.err, arguments
    return outcome


TABLES: list[dict[str, str] | None] = [None, {}, {"LEVEL": "info"}, {"WARD": "7b"}]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("call", ["PUT", "PATCH"])
def test_what_the_manifest_does_not_name_stays_and_is_not_printed(
    deployed: Repository, emulator: Emulator, table: dict[str, str] | None, call: str
) -> None:
    without_call(emulator, "PATCH" if call == "PUT" else "PUT")
    if table is not None:
        configured(deployed, environment=table)
    plan = run(deployed, "deploy", "--dry-run")
    assert "unchanged  environmentVariables DB_PASSWORD" in plan.err
    assert "biot-plugin secret unset NAME" in plan.err
    document = run(deployed, "deploy", "--yes", "--json").document
    assert variables(emulator) == {"DB_PASSWORD": SECRET, "LEVEL": LEVEL, **(table or {})}
    before = {"LEVEL": HIDDEN}
    assert document["changes"] == [
        {"field": f"environmentVariables.{name}", "before": before.get(name), "after": value}
        for name, value in (table or {}).items()
    ]
    assert document["otherVariables"] == sorted({"DB_PASSWORD", "LEVEL"} - set(table or {}))
    assert run(deployed, "deploy", "--yes", "--json").document["action"] == "none"
    deployed.write("index.py", SECOND)
    assert run(deployed, "deploy", "--yes", "--json").document["changes"] == []
    assert variables(emulator) == {"DB_PASSWORD": SECRET, "LEVEL": LEVEL, **(table or {})}


def test_the_tables_of_the_environment_count_too(
    deployed: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    deployed.write(
        "pyproject.toml",
        "\n".join(line.strip() for line in (deployed.root / "pyproject.toml").read_text().splitlines())
        + f'\n[tool.biot-plugin.env.test]\nbase-url = "{platform.url}"\nenvironment = {{ LEVEL = "info" }}\n',
    )
    run(deployed, "deploy", "--yes", "--env", "test")
    assert variables(emulator) == {"DB_PASSWORD": SECRET, "LEVEL": "info"}


def test_a_variable_that_the_manifest_does_not_name_any_more_stays_and_this_is_said(
    deployed: Repository, emulator: Emulator
) -> None:
    configured(deployed, environment={"WARD": "7b"})
    run(deployed, "deploy", "--yes")
    file = deployed.root / "pyproject.toml"
    file.write_text(file.read_text().replace('environment = {"WARD" = "7b"}', "environment = {}"))
    outcome = run(deployed, "deploy", "--yes")
    assert outcome.err.splitlines()[-2:] == [
        f"Nothing to do for demo on {deployed_url(outcome)}",
        "  unchanged  environmentVariables DB_PASSWORD, LEVEL, WARD: set on the platform, but not in pyproject.toml; "
        "remove what is not needed with biot-plugin secret unset NAME",
    ]
    assert variables(emulator) == {"DB_PASSWORD": SECRET, "LEVEL": LEVEL, "WARD": "7b"}


def deployed_url(outcome: Outcome) -> str:
    return outcome.err.splitlines()[-2].rpartition(" ")[2]


def test_rolling_back_and_switching_leave_them_alone(deployed: Repository, emulator: Emulator) -> None:
    deployed.write("index.py", SECOND)
    run(deployed, "deploy", "--yes")
    for command in (["rollback", "--yes", "--to", "1"], ["disable"], ["enable"], ["rollback", "--yes", "--to", "2"]):
        run(deployed, *command)
        assert variables(emulator) == {"DB_PASSWORD": SECRET, "LEVEL": LEVEL}
        run(deployed, *command, "--json")


def test_no_output_has_their_values_but_their_names(deployed: Repository, emulator: Emulator) -> None:
    emulator.deploy(deployed.root / "dist" / "demo.zip", "other", environmentVariables={"OTHER": SECRET})
    configured(deployed, environment={"WARD": "7b"})
    run(deployed, "deploy", "--yes")
    status = run(deployed, "status").out
    assert "DB_PASSWORD = (hidden)\n" in status
    assert "WARD = 7b\n" in status
    for command in ("status", "enable"):
        found = run(deployed, command, "--json").document["environmentVariables"]
        content_hash = found.pop(HASH_VARIABLE)
        assert len(content_hash) == 64
        assert found == {"DB_PASSWORD": HIDDEN, "LEVEL": HIDDEN, "WARD": "7b"}
    run(deployed, "list")
    demo, other = run(deployed, "list", "--json").document
    assert (demo["environmentVariables"]["WARD"], other["environmentVariables"]["OTHER"]) == ("7b", HIDDEN)


@pytest.mark.parametrize(
    ("quoted", "code", "shown"),
    [
        (SECRET, "X", HIDDEN),
        (json.dumps({"DB_PASSWORD": SECRET}), "PLUGIN_REQUEST_VALIDATION_FAILED", '{"DB_PASSWORD": "…"}'),
        (f"x{SECRET}x", "AWS_EXCEPTION", f"x{HIDDEN}x"),
    ],
)
def test_an_error_of_the_platform_that_quotes_them_is_shown_without_them(
    deployed: Repository, platform: FaultyPlatform, quoted: str, code: str, shown: str
) -> None:
    body = json.dumps({"code": code, "message": f"bad: {quoted}", "details": {"className": f"C {quoted}"}}).encode()
    refusal = b"HTTP/1.1 400 X\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)
    original = platform.ask
    platform.ask = lambda request: refusal if request.startswith((b"PUT", b"PATCH")) else original(request)
    deployed.write("index.py", SECOND)
    for command in (["deploy", "--yes"], ["deploy", "--yes", "--json"], ["disable"]):
        error = run(deployed, *command, exit_code=5).err
        assert shown in error
        assert SECRET not in error


@pytest.mark.parametrize("call", ["PUT", "PATCH"])
@pytest.mark.parametrize("index", [None, SECOND])
def test_what_somebody_sets_between_reading_and_writing_is_not_lost(
    deployed: Repository, emulator: Emulator, platform: FaultyPlatform, call: str, index: str | None
) -> None:
    without_call(emulator, "PATCH" if call == "PUT" else "PUT")
    original, waiting = platform.ask, [True]

    def ask(request: bytes) -> bytes:
        answer = original(request)
        if waiting and request.startswith(b"GET /settings"):
            waiting.pop()
            set_variables(emulator, MEANWHILE="x")
        return answer

    platform.ask = ask
    configured(deployed, timeout=7)
    if index is not None:
        deployed.write("index.py", index)
    run(deployed, "deploy", "--yes")
    assert waiting == []
    assert variables(emulator) == {"DB_PASSWORD": SECRET, "LEVEL": LEVEL, "MEANWHILE": "x"}


def test_a_call_that_changes_no_variable_does_not_send_any(
    deployed: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    original = platform.ask

    def ask(request: bytes) -> bytes:
        if not request.startswith(b"GET") and b" /settings" in request.partition(b"\r\n")[0]:
            assert SECRET.encode() not in request
            set_variables(emulator, AT_THIS_MOMENT="x")
        return original(request)

    platform.ask = ask
    configured(deployed, timeout=7)
    for command in (["deploy", "--yes"], ["disable"], ["enable"]):
        run(deployed, *command)
        assert variables(emulator)["AT_THIS_MOMENT"] == "x"
        patch(emulator, environmentVariables={"DB_PASSWORD": SECRET, "LEVEL": LEVEL})


def test_a_plan_that_would_be_another_one_meanwhile_is_not_applied(
    deployed: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    original, waiting = platform.ask, [True]

    def ask(request: bytes) -> bytes:
        answer = original(request)
        if waiting and request.startswith(b"GET /settings"):
            waiting.pop()
            patch(emulator, timeout=33)
        return answer

    platform.ask = ask
    configured(deployed, timeout=7)
    refused = run(deployed, "deploy", "--yes", exit_code=1)
    assert "demo was changed on the platform after the plan was made. Nothing was changed" in refused.err
    found = shown(emulator)
    assert found
    assert found["timeout"] == 33


def test_the_advice_of_the_check_works(deployed: Repository, emulator: Emulator) -> None:
    configured(deployed, environment={"API_TOKEN": "tracked-by-git"})
    [advice] = [
        finding["advice"]
        for finding in deployed.program("check", "--json").document["findings"]
        if finding["code"] == "secret-suspected"
    ]
    assert advice == (
        "remove it from pyproject.toml and set it in the platform's console, where deploy leaves it unchanged, or "
        "rename it if it is not a secret"
    )
    # What the plan would show is hidden even where somebody writes it there.
    plan = run(deployed, "deploy", "--dry-run")
    assert "API_TOKEN  (hidden)" in plan.err
    assert "tracked-by-git" not in plan.err
    file = deployed.root / "pyproject.toml"
    file.write_text(file.read_text().replace('"API_TOKEN" = "tracked-by-git"', '"LEVEL" = "info"'))
    set_variables(emulator, API_TOKEN="of-the-console")
    run(deployed, "deploy", "--yes")
    assert variables(emulator)["API_TOKEN"] == "of-the-console"


@pytest.mark.parametrize("value", [None, {}])
def test_a_plugin_without_variables_has_none_to_hide(value: Any) -> None:
    plugin = {"name": "demo", "environmentVariables": value}
    assert hide_variables(plugin, {"A": "1"}) == plugin
    assert other_variables(plugin, {"A": "1"}) == ()


def test_what_is_not_an_object_is_hidden_as_a_whole() -> None:
    assert hide_variables({"environmentVariables": [SECRET]}, {}) == {"environmentVariables": HIDDEN}
