"""`biot-plugin check` and the types of entities: what has changed on the platform, and whom it concerns."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.testing import Emulator, running
from biot_plugin_cli.check.generated_types import check_types
from biot_plugin_cli.errors import PlatformRefused, PlatformUnreachable
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.types.templates.documents import Document
from tests.scaffold.generated import attribute, documents, selectable, template, written
from tests.scaffold.plugins import make_plugin
from tests.scaffold.support import Program
from tests.scaffold.templates_of_all_kinds import create_ten

INDEX = """\
import hooks.sessions
import shapes
from biot_plugin import AdaptEntity, Plugin, PreRequest
from biot_types import Pump, Visit as Stay

plugin = Plugin()


@plugin.adapt_entity("device")
def show(event: AdaptEntity[Pump]) -> None: ...


@plugin.pre_request("POST/organization/v1/users/patients")
def create(event: "PreRequest[shapes.Both]") -> None:
    event.biot.get("/x", as_=Stay)


@plugin.notification("device", "_update")
def other(event) -> None: ...


handler = plugin.handler
"""
SHAPES = """\
from typing import TypedDict

import biot_types


class Both(TypedDict):
    pump: biot_types.PumpUpdate
"""
SESSIONS = """\
import biot_types as types


def read(event, path):
    return event.biot.search(path, as_=types.Pump)
"""

PUMP = template("Pump", attribute("serial"), attribute("state", "SINGLE_SELECT", **selectable("ON", "OFF")))
VISIT = template("Visit", attribute("day", "DATE"))


@pytest.fixture
def plugin(tmp_path: Path) -> Plugin:
    root = make_plugin(tmp_path / "plugin", index=INDEX)
    (root / "shapes.py").write_text(SHAPES, encoding="utf-8")
    (root / "hooks").mkdir()
    (root / "hooks" / "sessions.py").write_text(SESSIONS, encoding="utf-8")
    (root / "templates.json").write_text(json.dumps([PUMP, VISIT]), encoding="utf-8")
    (root / "biot_types.py").write_text(written(documents(tmp_path, [PUMP, VISIT])).text, encoding="utf-8")
    return Plugin.read(root)


def changed(folder: Path, *templates: dict[str, Any]) -> Any:
    read: list[Document] = documents(folder, [*templates])
    return lambda: read


def test_nothing_is_said_of_what_is_up_to_date(plugin: Plugin, tmp_path: Path) -> None:
    assert [*check_types(plugin, None)] == []
    assert [*check_types(plugin, changed(tmp_path, VISIT, PUMP))] == []


def test_a_change_names_the_attribute_and_the_handlers(plugin: Plugin, tmp_path: Path) -> None:
    pump = copy.deepcopy(PUMP)
    pump["customAttributes"][0]["type"] = "INTEGER"
    pump["customAttributes"].append(attribute("battery", "DECIMAL"))
    [finding] = check_types(plugin, changed(tmp_path, pump, VISIT))
    assert (finding.code, finding.severity, finding.file) == ("types-changed", "warning", "biot_types.py")
    assert finding.line and "class Pump" in (plugin.root / "biot_types.py").read_text().splitlines()[finding.line - 1]
    assert "The template generic-entity/Pump is another in the platform than in biot_types.py" in finding.message
    assert "serial: Label | None -> int | None" in finding.message
    assert "battery is new: float | None" in finding.message
    assert "hooks/sessions.py:5 read (as_=types.Pump)" in finding.message
    assert "index.py:10 show (AdaptEntity[Pump])" in finding.message
    assert "index.py:14 create (PreRequest[shapes.Both])" in finding.message
    assert "Stay" not in finding.message
    assert finding.advice == "run biot-plugin types --save templates.json, and look at what reads them"


def test_a_new_choice_concerns_all_that_reads_it(plugin: Plugin, tmp_path: Path) -> None:
    pump = copy.deepcopy(PUMP)
    pump["customAttributes"][1] |= selectable("ON", "OFF", "IDLE")
    [finding] = check_types(plugin, changed(tmp_path, pump, VISIT))
    assert "state: no choice less -> IDLE" in finding.message
    assert "show (AdaptEntity[Pump])" in finding.message


def test_templates_that_are_new_or_gone(plugin: Plugin, tmp_path: Path) -> None:
    new, gone = sorted(check_types(plugin, changed(tmp_path, PUMP, template("New"))), key=lambda item: item.message)
    assert "generic-entity/New" in new.message and "the template is new. Nothing in the plugin names it" in new.message
    assert "the template is gone. It concerns index.py:15 create (as_=Stay)" in gone.message


def test_a_saved_file_is_compared_without_a_platform(plugin: Plugin) -> None:
    (plugin.root / "templates.json").write_text(json.dumps([PUMP]), encoding="utf-8")
    [finding] = check_types(plugin, None)
    assert "is another in templates.json than in biot_types.py" in finding.message
    assert finding.advice == "run biot-plugin types, and look at what reads them"


def test_a_module_that_was_edited(plugin: Plugin) -> None:
    file = plugin.root / "biot_types.py"
    file.write_text(f"{file.read_text()}\nx = 1\n", encoding="utf-8")
    [finding] = check_types(plugin, None)
    assert finding.code == "types-outdated"


def test_what_cannot_be_compared(plugin: Plugin) -> None:
    (plugin.root / "templates.json").unlink()
    [finding] = check_types(plugin, None)
    assert finding.code == "types-unknown" and "does not exist" in finding.message

    def refuse() -> list[Document]:
        raise PlatformRefused("The platform refused: ask for the permission")

    [finding] = check_types(plugin, refuse)
    assert (finding.code, finding.advice) == ("types-unknown", "ask for the permission")

    def fail() -> list[Document]:
        raise PlatformUnreachable("It is not there")

    with pytest.raises(PlatformUnreachable):
        list(check_types(plugin, fail))


@pytest.fixture(scope="module")
def shared() -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


def test_a_template_of_the_platform_is_changed(
    shared: Emulator, tmp_path: Path, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    pump = create_ten(shared)["Pump"]
    for name, value in (("BASE_URL", shared.url), ("USERNAME", shared.username), ("PASSWORD", shared.password)):
        monkeypatch.setenv(f"BIOT_PLUGIN_{name}", value)
    index = INDEX.replace("import hooks.sessions\nimport shapes\n", "").replace(
        '"PreRequest[shapes.Both]"', "PreRequest"
    )
    root = make_plugin(tmp_path / "plugin", index=index)
    monkeypatch.chdir(root)
    biot_plugin("types")
    body = {name: pump[name] for name in ("name", "displayName", "builtInAttributes", "templateAttributes")}
    battery = attribute("weight", "DECIMAL", category="REGULAR", validation={"mandatory": False})
    customs = [{**item, "category": item["category"]["name"]} for item in pump["customAttributes"]]
    reply = shared.call(
        "PUT", f"/settings/v1/templates/{pump['id']}", json={**body, "customAttributes": [*customs, battery]}
    )
    assert reply.status_code == 200, reply.body
    document = biot_plugin("check", "--online", "--json").document
    [finding] = [item for item in document["findings"] if item["code"] == "types-changed"]
    assert "device/Pump" in finding["message"] and "weight is new: float | None" in finding["message"]
    assert "index.py:8 show (AdaptEntity[Pump])" in finding["message"]
