"""Variables that live on the platform alone."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.testing import Emulator
from biot_plugin_cli.deploy import secrets as secrets_module
from biot_plugin_cli.deploy.variables import HIDDEN
from biot_plugin_cli.manifest.environment_variables import RECORD_VARIABLES, SECRETS_VARIABLE
from tests.scaffold.deployments import FIRST, SECOND, configured, deploy, shown
from tests.scaffold.faulty_platform import FaultyPlatform
from tests.scaffold.packages import Repository
from tests.scaffold.support import Outcome, on_terminal, program_file

pytestmark = pytest.mark.slow

SECRET = "correct-horse-7"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\dZ"


def variables(emulator: Emulator) -> dict[str, str]:
    found = shown(emulator)
    assert found
    return {name: text for name, text in found["environmentVariables"].items() if name not in RECORD_VARIABLES}


def pipe(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


@pytest.fixture
def deployed(plugin: Repository, emulator: Emulator, platform: FaultyPlatform) -> Repository:
    deploy(plugin)
    return plugin


def change(
    plugin: Repository, monkeypatch: pytest.MonkeyPatch, *arguments: str, content: bytes = SECRET.encode()
) -> Outcome:
    pipe(monkeypatch, content)
    done = plugin.program("--debug", "secret", *arguments)
    assert SECRET not in done.out + done.err
    return done


def test_a_secret_is_set_listed_left_alone_and_removed(
    deployed: Repository, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert deployed.program("secret", "list").out == "There are no variables that pyproject.toml does not set\n"
    done = change(deployed, monkeypatch, "set", "DB_PASSWORD", "--yes", content=f"{SECRET}\r\n".encode())
    assert (done.exit_code, done.out) == (0, "Set DB_PASSWORD of demo\n")
    assert f"added    DB_PASSWORD  {HIDDEN}" in done.err
    assert variables(emulator) == {"DB_PASSWORD": SECRET}

    again = change(deployed, monkeypatch, "set", "DB_PASSWORD", "--yes", "--json")
    assert (again.document["action"], again.document["names"]) == ("none", ["DB_PASSWORD"])
    found = shown(emulator)
    assert found
    assert (found["version"], deploy(deployed)["action"]) == (1, "none")

    deployed.write("index.py", SECOND)
    configured(deployed, environment={"WARD": "7b"})
    document = deploy(deployed)
    assert document["otherVariables"] == ["DB_PASSWORD"]
    deployed.program("rollback", "--yes")
    assert variables(emulator) == {"DB_PASSWORD": SECRET, "WARD": "7b"}
    [row] = deployed.program("secret", "list", "--json").document
    assert row["name"] == "DB_PASSWORD"
    assert re.fullmatch(TIME, row["setAt"])
    assert re.fullmatch(rf"name +set *\nDB_PASSWORD +{TIME} *\n", deployed.program("secret", "list").out)

    dry = deployed.program("secret", "unset", "DB_PASSWORD", "--dry-run", "--json")
    assert dry.document["changes"] == [{"field": "environmentVariables.DB_PASSWORD", "before": HIDDEN, "after": None}]
    assert variables(emulator) == {"DB_PASSWORD": SECRET, "WARD": "7b"}
    gone = deployed.program("secret", "unset", "DB_PASSWORD", "--yes")
    assert (gone.exit_code, gone.out) == (0, "Removed DB_PASSWORD of demo\n")
    assert variables(emulator) == {"WARD": "7b"}
    found = shown(emulator)
    assert found
    assert SECRETS_VARIABLE not in found["environmentVariables"]
    missing = deployed.program("secret", "unset", "DB_PASSWORD", "--yes")
    assert (missing.exit_code, "There is no variable DB_PASSWORD to remove" in missing.err) == (1, True)


REFUSED_NAMES = {
    "BIOT_X": "BIOT_X; names that start with BIOT_ are reserved for the platform: choose another name",
    "AWS_REGION": "AWS_REGION, which is reserved for Lambda: choose another name",
    "_HANDLER": "the invalid name '_HANDLER'",
    "PLUGIN_CONTENT_HASH": "PLUGIN_CONTENT_HASH, which deploy sets: choose another name",
    "PLUGIN_COMMIT": "which deploy sets",
    "PLUGIN_VERSIONS": "which deploy sets",
    "PLUGIN_SECRETS": "which deploy sets",
    "9LIVES": "the invalid name '9LIVES': use 2 or more letters, digits and '_', starting with a letter",
    "A B": "the invalid name 'A B'",
    "A": "the invalid name 'A'",
    "WARD": "WARD is set in pyproject.toml, which deploy would set again: change it there and deploy, or remove",
}
REFUSED_VALUES = {
    b"": "There is no value for TOKEN",
    b"\n": "There is no value for TOKEN",
    b"\xff\xfe": "The value for TOKEN is not UTF-8 text",
    b"a\0b": "has a null character",
    b"x" * 70_000: "has more than 65536 bytes",
    b"x" * 5_000: "and Lambda allows 4096: shorten it",
}


def test_a_name_that_cannot_be_set_is_refused_before_anybody_is_asked(
    plugin: Repository, platform: FaultyPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(plugin, environment={"WARD": "7b"})
    platform.gone = True
    monkeypatch.setattr(sys, "stdin", None)
    for name, reason in REFUSED_NAMES.items():
        for command in ("set", "unset"):
            done = plugin.program("secret", command, name, "--yes")
            assert (done.exit_code, reason in done.err) == (2, True), done.err


def test_a_value_that_cannot_be_set_is_refused_without_being_shown(
    deployed: Repository, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for content, reason in REFUSED_VALUES.items():
        done = change(deployed, monkeypatch, "set", "TOKEN", "--yes", content=content)
        assert (done.exit_code in (1, 2), reason in done.err) == (True, True), done.err
        assert "xxx" not in done.err
    assert variables(emulator) == {}


def test_a_value_is_never_an_argument(deployed: Repository, emulator: Emulator) -> None:
    done = deployed.program("secret", "set", "TOKEN", "value")
    assert (done.exit_code, variables(emulator)) == (2, {})


def test_nobody_confirms_what_comes_by_a_pipe(
    deployed: Repository, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = change(deployed, monkeypatch, "set", "TOKEN")
    assert (done.exit_code, "pass --yes" in done.err, variables(emulator)) == (2, True, {})


def test_a_secret_is_typed_at_a_prompt_that_does_not_show_it(deployed: Repository, emulator: Emulator) -> None:
    command = [program_file("biot-plugin"), "secret", "set", "DB_PASSWORD"]
    exit_code, terminal = on_terminal(
        command, [("Value of DB_PASSWORD (hidden)", f"{SECRET}\r".encode()), ("Go on?", b"y\r")]
    )
    assert (exit_code, SECRET in terminal) == (0, False), terminal
    assert variables(emulator) == {"DB_PASSWORD": SECRET}


def test_what_somebody_changes_during_the_confirmation_is_not_lost(
    deployed: Repository, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(*_: Any, **__: Any) -> None:
        form = {"config": b'{"environmentVariables": {"OTHER": "1"}}'}
        assert emulator.call("PATCH", "/settings/v2/plugins/Plugin-demo", form=form).status_code == 200

    monkeypatch.setattr(secrets_module, "confirm", meanwhile)
    assert change(deployed, monkeypatch, "set", "TOKEN").exit_code == 0
    assert variables(emulator) == {"OTHER": "1", "TOKEN": SECRET}
    # What the console has set, nobody knows the time of.
    rows = deployed.program("secret", "list", "--json").document
    assert [(row["name"], row["setAt"] is None) for row in rows] == [("OTHER", True), ("TOKEN", False)]


def test_a_lost_answer_is_looked_up(
    deployed: Repository, emulator: Emulator, platform: FaultyPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.fault = "cut answer"
    assert change(deployed, monkeypatch, "set", "TOKEN", "--yes").exit_code == 0
    assert variables(emulator) == {"TOKEN": SECRET}
    platform.fault, platform.reaches, platform.times = "500", False, 1
    failed = deployed.program("secret", "unset", "TOKEN", "--yes")
    assert (failed.exit_code, variables(emulator)) == (5, {"TOKEN": SECRET}), failed.err


def test_each_environment_has_its_own(
    deployed: Repository, emulator: Emulator, platform: FaultyPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Path("pyproject.toml")
    table = f'\n[tool.biot-plugin.env.test]\nbase-url = "{platform.url}"\nenvironment = {{ WARD = "7b" }}\n'
    file.write_text(file.read_text() + table)
    refused = change(deployed, monkeypatch, "set", "WARD", "--yes", "--env", "test")
    assert (refused.exit_code, "is set in pyproject.toml" in refused.err) == (2, True)
    assert change(deployed, monkeypatch, "set", "TOKEN", "--yes", "--env", "test").exit_code == 0
    assert variables(emulator) == {"TOKEN": SECRET}


def test_a_plugin_that_is_nowhere_has_no_secrets(plugin: Repository, platform: FaultyPlatform) -> None:
    plugin.write("index.py", FIRST)
    done = plugin.program("secret", "list")
    assert (done.exit_code, "There is no plugin demo" in done.err) == (1, True)
