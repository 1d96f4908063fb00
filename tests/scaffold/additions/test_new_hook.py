"""`biot-plugin add` through its command line: what it adds, what it refuses, and what it leaves behind."""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path

import pytest

from tests.scaffold.support import Program
from tests.scaffold.upgrades import files_of

PATIENTS = "organization/v1/users/patients"

#: The options of each kind, and the module that they make.
KINDS = {
    "pre-request": (["--api-id", f"PATCH/{PATIENTS}/{{id}}"], "before_update_patient"),
    "post-request": (["--api-id", f"GET/{PATIENTS}"], "after_search_patient"),
    "adapt-entity": (["--entity", "device-alert"], "adapt_device_alert"),
    "notification": (["--entity", "patient", "--action", "_saveMeasurement"], "on_patient_save_measurement"),
    "scheduled": (["--cron", "0 6 ? * MON-FRI *"], "scheduled"),
    "endpoint": ([], "endpoint"),
}


@pytest.mark.parametrize(("kind", "options", "module"), [(kind, *rest) for kind, rest in KINDS.items()])
def test_each_kind_has_a_module_a_test_an_event_and_an_import(
    root: Path, biot_plugin: Program, kind: str, options: list[str], module: str
) -> None:
    before = files_of(root)
    done = biot_plugin("add", kind, *options, "--json")

    assert done.exit_code == 0, done.err
    assert done.document == {
        "kind": kind,
        "module": f"hooks/{module}.py",
        "test": f"tests/test_{module}.py",
        "event": f"events/{module}.json",
        "entryPoint": "index.py",
    }
    after = files_of(root)
    new = {f"hooks/{module}.py", f"tests/test_{module}.py", f"events/{module}.json"}
    assert {*after} - {*before} == new
    assert {name for name in before if after[name] != before[name]} == {"index.py"}
    index = after["index.py"].decode()
    assert f'__all__ = ["{module}", "first", "handler"]' in index or f'"{module}"' in index
    json.loads(after[f"events/{module}.json"])
    for name in new:
        if name.endswith(".py"):
            ast.parse(after[name])


def test_a_value_in_the_path_limits_the_handler(root: Path, biot_plugin: Program) -> None:
    done = biot_plugin("add", "pre-request", "--api-id", "POST/organization/v1/users/caregivers/templates/nurse")

    assert done.exit_code == 0, done.err
    module = (root / "hooks/before_create_caregiver_nurse.py").read_text()
    assert 'path_variables={"templateName": "nurse"}' in module
    event = json.loads((root / "events/before_create_caregiver_nurse.json").read_text())["body"]
    assert event["apiId"] == "POST/organization/v1/users/caregivers/templates/{templateName}"
    assert event["request"]["pathVariables"] == [{"name": "templateName", "value": "nurse"}]


def test_a_value_is_a_text_whatever_is_in_it(root: Path, biot_plugin: Program) -> None:
    value = """x""" + '"""' + "');import\\os"
    done = biot_plugin("add", "pre-request", "--api-id", f"GET/{PATIENTS}/{value}", "--name", "odd")

    assert done.exit_code == 0, done.err
    tree = ast.parse((root / "hooks/odd.py").read_text())
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert value in texts
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    assert ast.literal_eval((root / "tests/test_odd.py").read_text().partition("API = ")[2].splitlines()[0]).endswith(
        value
    )


def test_the_module_can_have_another_name(root: Path, biot_plugin: Program) -> None:
    assert biot_plugin("add", "endpoint", "--name", "report").exit_code == 0
    assert (root / "hooks/report.py").exists()
    assert 'send_file("events/report.json")' in (root / "tests/test_report.py").read_text()
    assert "from hooks import first, plugin, report\n" in (root / "index.py").read_text()


REFUSED = [
    # What cannot be hooked, with what was meant.
    (["pre-request", "--api-id", f"POST/{PATIENTS[:-1]}"], 2, f"did you mean POST/{PATIENTS}?"),
    (["pre-request", "--api-id", f"post/{PATIENTS}"], 2, f"did you mean POST/{PATIENTS}?"),
    (["post-request", "--api-id", f"GET /{PATIENTS}?limit=1"], 2, f"did you mean GET/{PATIENTS}?"),
    (["post-request", "--api-id", f"GET/{PATIENTS}/{{patientId}}"], 2, f"did you mean GET/{PATIENTS}/{{id}}?"),
    (["post-request", "--api-id", "nonsense"], 2, "biot-plugin hooks shows what there is"),
    (["post-request", "--api-id", "x" * 100_000], 2, "longer than 500 characters"),
    (["adapt-entity", "--entity", "pateint"], 2, "did you mean patient?"),
    (["adapt-entity", "--entity", "registration-code"], 2, "cannot be adapted"),
    (["adapt-entity", "--entity", "x"], 2, "it is one of caregiver, command, device"),
    (["notification", "--entity", "patient", "--action", "_updat"], 2, "did you mean _update?"),
    (["notification", "--entity", "patient", "--action", "create"], 2, "actions start with an underscore"),
    (["notification", "--entity", "report", "--action", "_create"], 2, "no notifications of entities of type report"),
    (["scheduled", "--cron", "rate(5 minutes)"], 2, "write it as '0/5 * * * ? *'"),
    # Options.
    (["pre-request"], 2, "add pre-request needs --api-id"),
    (["notification"], 2, "add notification needs --entity and --action"),
    (["scheduled"], 2, "add scheduled needs --cron"),
    (["endpoint", "--cron", "0 6 ? * MON-FRI *"], 2, "--cron is not for endpoint"),
    (["endpoint", "--env", "test"], 2, "add --online"),
    (["endpoint", "--name", "My-Report.py"], 2, "did you mean my_report?"),
    (["endpoint", "--name", "../report"], 2, "did you mean report?"),
    (["endpoint", "--name", "class"], 2, "--name class is a word of Python"),
    (["endpoint", "--name", "\u00dcbersicht"], 2, "did you mean ubersicht?"),
    (["adapt-entity", "--entity", ""], 2, "Entities of type '' cannot be adapted"),
    (["endpoint", "--name", ""], 2, "cannot be a module"),
    # What is there already.
    (["pre-request", "--api-id", f"POST/{PATIENTS}"], 1, "has this hook already, in hooks/first.py:6"),
    (["endpoint", "--name", "first"], 1, "hooks/first.py already exists"),
    (["endpoint", "--name", "plugin"], 1, "hooks/__init__.py has another plugin"),
    (["endpoint", "--name", "handler"], 1, "another handler already"),
]


@pytest.mark.parametrize(("arguments", "exit_code", "sentence"), REFUSED, ids=lambda value: str(value)[:60])
def test_what_cannot_be_added_is_refused_in_one_sentence_and_nothing_changes(
    root: Path, biot_plugin: Program, arguments: list[str], exit_code: int, sentence: str
) -> None:
    before = files_of(root)
    done = biot_plugin("add", *arguments)

    assert done.exit_code == exit_code, done.err
    assert sentence in done.err
    assert done.err.startswith("error: ")
    assert done.err.count("\n") == 1
    assert files_of(root) == before


@pytest.mark.parametrize(
    "name", ["hooks/endpoint.py", "tests/test_endpoint.py", "events/endpoint.json", "hooks/Endpoint/x"]
)
def test_no_file_is_replaced(root: Path, biot_plugin: Program, name: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text("mine")
    before = files_of(root)
    done = biot_plugin("add", "endpoint")

    assert done.exit_code == 1
    assert "already exists: choose another name with --name" in done.err
    assert files_of(root) == before


@pytest.mark.parametrize(
    ("kind", "statement"),
    [
        ("scheduled", 'plugin.scheduled("0 1 * * ? *")(print)'),
        ("endpoint", "@plugin.endpoint(public=True)\ndef f(event): ..."),
        ("endpoint", "plugin.mount(print)"),
    ],
)
def test_there_is_one_schedule_and_one_endpoint(root: Path, biot_plugin: Program, kind: str, statement: str) -> None:
    (root / "hooks/second.py").write_text(f"from hooks import plugin\n\n\n{statement}\n")
    before = files_of(root)
    done = biot_plugin("add", kind, *KINDS[kind][0])

    assert done.exit_code == 1
    assert "in hooks/second.py:4, and it can have no other" in done.err
    assert files_of(root) == before


def test_a_hook_that_only_an_import_shows_is_not_added_twice(root: Path, biot_plugin: Program) -> None:
    loop = "for kind in ('device', 'patient'):\n    plugin.adapt_entity(kind)(lambda event: None)\n"
    (root / "hooks/first.py").write_text(f"from hooks import plugin\n\n{loop}")
    (root / ".venv").symlink_to(sys.prefix)

    assert "has this hook already, in hooks/first.py:4" in biot_plugin("add", "adapt-entity", "--entity", "device").err
    assert biot_plugin("add", "adapt-entity", "--entity", "command").exit_code == 0


@pytest.mark.parametrize(
    ("name", "content", "exit_code", "sentence"),
    [
        ("hooks/__init__.py", "", 4, "with plugin = Plugin() is missing"),
        ("hooks/__init__.py", None, 4, "with plugin = Plugin() is missing"),
        ("hooks/first.py", "def", 4, "hooks/first.py is not valid Python in line 1"),
        ("index.py", "x = (", 4, "index.py is not valid Python"),
        ("index.py", None, 4, "index.py with the handler index.handler is missing"),
        ("pyproject.toml", None, 4, "pyproject.toml"),
    ],
)
def test_a_repository_in_another_shape_is_left_as_it_is(
    root: Path, biot_plugin: Program, name: str, content: str | None, exit_code: int, sentence: str
) -> None:
    (root / name).unlink()
    if content is not None:
        (root / name).write_text(content)
    before = files_of(root)
    done = biot_plugin("add", "endpoint")

    assert done.exit_code == exit_code, done.err
    assert sentence in done.err
    assert done.err.count("\n") == 1
    assert files_of(root) == before


def test_a_warning_of_the_source_is_none_of_this_command(root: Path, biot_plugin: Program) -> None:
    for name in ("index.py", "hooks/first.py"):
        (root / name).write_text((root / name).read_text() + 'PATTERN = "\\d"\n')
    done = biot_plugin("add", "endpoint")
    assert (done.exit_code, done.err) == (0, "")


def test_an_entry_point_out_of_the_folder_is_not_changed(root: Path, biot_plugin: Program) -> None:
    (root / "index.py").rename(root.parent / "index.py")
    (root / "index.py").symlink_to(root.parent / "index.py")
    before = files_of(root.parent)
    done = biot_plugin("add", "endpoint")

    assert "out of the plugin's folder" in done.err
    assert files_of(root.parent) == before


def test_the_entry_point_may_be_a_link_and_stays_one(root: Path, biot_plugin: Program) -> None:
    (root / "index.py").rename(root / "main.py")
    (root / "index.py").symlink_to("main.py")
    assert biot_plugin("add", "endpoint").exit_code == 0
    assert (root / "index.py").is_symlink()
    assert "endpoint" in (root / "main.py").read_text()


def test_what_was_written_is_taken_back_if_the_entry_point_cannot_be(
    root: Path, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files_of(root)
    replace = Path.replace

    def full(path: Path, target: Path) -> Path:
        if target.name == "index.py":
            raise OSError(28, "No space left on device")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", full)
    done = biot_plugin("add", "endpoint")

    assert done.exit_code == 1
    assert "No space left on device" in done.err
    assert files_of(root) == before
    assert not (root / "tests").exists()
