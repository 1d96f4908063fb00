"""`biot-plugin types` through its command line."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from biot_emulator.testing import Emulator, running
from tests.scaffold.generated import attribute, selectable, template
from tests.scaffold.support import Program
from tests.scaffold.templates_of_all_kinds import create_ten


@pytest.fixture(scope="module")
def shared() -> Iterator[Emulator]:
    with running() as emulator:
        create_ten(emulator)
        yield emulator


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def online(shared: Emulator, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Emulator:
    for name, value in (("BASE_URL", shared.url), ("USERNAME", shared.username), ("PASSWORD", shared.password)):
        monkeypatch.setenv(f"BIOT_PLUGIN_{name}", value)
    return shared


def save(folder: Path, *templates: object, name: str = "templates.json") -> Path:
    file = folder / name
    file.write_text(json.dumps({"templates": templates}), encoding="utf-8")
    return file


def text(folder: Path, name: str = "biot_types.py") -> str:
    return (folder / name).read_text(encoding="utf-8")


PUMP = template("Pump", attribute("serial"), attribute("state", "SINGLE_SELECT", **selectable("ON", "OFF")))


def test_from_the_platform_and_again_from_what_was_saved(
    online: Emulator, folder: Path, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = biot_plugin("types", "--save", "templates.json")
    assert (done.exit_code, done.err) == (0, "")
    assert "Saved the templates to templates.json" in done.out
    assert re.search(r"Wrote biot_types.py: \d+ classes of 2\d templates", done.out)
    first, saved = text(folder), text(folder, "templates.json")
    assert '"creationTime"' not in saved
    monkeypatch.delenv("BIOT_PLUGIN_BASE_URL")
    assert "is up to date" in biot_plugin("types", "--check").out
    biot_plugin("types")
    assert text(folder) == first


def test_pages_of_templates_are_read(
    online: Emulator, folder: Path, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    from biot_plugin_cli.platform import search_pages

    monkeypatch.setattr(search_pages, "_PAGE_SIZE", 3)
    biot_plugin("types", "-o", "paged.py")
    monkeypatch.setattr(search_pages, "_PAGE_SIZE", 100)
    biot_plugin("types", "-o", "whole.py")
    assert text(folder, "paged.py") == text(folder, "whole.py")


def test_options_are_remembered(folder: Path, biot_plugin: Program) -> None:
    save(folder, PUMP, template("Other"))
    (folder / "src").mkdir()
    arguments = ["--from", "templates.json", "--models", "msgspec", "--template", "Pump", "-o", "src/made.py"]
    document = biot_plugin("types", *arguments, "--json").document
    assert document["from"] == "../templates.json"
    assert (document["models"], document["templates"], document["written"]) == ("msgspec", 1, True)
    again = biot_plugin("types", "-o", "src/made.py", "--check", "--json")
    assert (again.exit_code, again.document["current"], again.document["models"]) == (0, True, "msgspec")


def test_check_says_what_has_changed(folder: Path, biot_plugin: Program) -> None:
    save(folder, PUMP)
    biot_plugin("types", "--from", "templates.json")
    before = text(folder)
    changed = template(
        "Pump", attribute("serial", "INTEGER"), attribute("state", "SINGLE_SELECT", **selectable("ON", "IDLE"))
    )
    save(folder, changed, template("New"))
    done = biot_plugin("types", "--check")
    assert done.exit_code == 1
    assert "generic-entity/Pump: serial: Label | None -> int | None" in done.out
    assert "generic-entity/Pump: state: OFF -> IDLE" in done.out
    assert "generic-entity/New: the template is new" in done.out
    assert "not up to date: run biot-plugin types -o biot_types.py" in done.out
    assert text(folder) == before
    assert biot_plugin("types").exit_code == 0
    assert biot_plugin("types", "--check").exit_code == 0


def test_names_that_were_changed_stay(folder: Path, biot_plugin: Program) -> None:
    save(folder, PUMP)
    biot_plugin("types", "--from", "templates.json", "--models", "msgspec")
    module = text(folder).replace("PumpState", "Condition").replace("class Pump(", "class Machine(")
    module = module.replace("    serial:", "    number:")
    (folder / "biot_types.py").write_text(module, encoding="utf-8")
    assert biot_plugin("types", "--check").exit_code == 0
    save(folder, template("Pump", *PUMP["customAttributes"], attribute("number")), template("Condition"))
    biot_plugin("types")
    renamed = text(folder)
    assert "class Machine(Struct" in renamed and "Condition: TypeAlias" in renamed
    assert re.search(r'    number: .*name="serial"', renamed)
    assert re.search(r'    number_: .*name="number"', renamed)
    assert "class ConditionGenericEntity(" in renamed


def test_names_that_are_not_the_platforms_are_said(folder: Path, biot_plugin: Program) -> None:
    save(
        folder, template("class", attribute("first-name"), attribute("first_name"), attribute("str")), template("None")
    )
    done = biot_plugin("types", "--from", "templates.json", "--models", "pydantic")
    assert "generic-entity/None is called NoneGenericEntity" in done.out
    assert "generic-entity/class: read: first-name is called Class.first_name_" in done.out
    assert "generic-entity/class: read: str is called Class.str_" in done.out


def test_types_that_nobody_knows_are_a_warning(folder: Path, biot_plugin: Program) -> None:
    save(folder, template("Pump", attribute("new", "HOLOGRAM")))
    done = biot_plugin("types", "--from", "templates.json")
    assert done.exit_code == 0
    assert "generic-entity/Pump: new is of a type that is not known here, HOLOGRAM: it can be anything" in done.err


@pytest.mark.parametrize(
    ("content", "arguments", "code", "message"),
    [
        (None, ["--from", "gone.json"], 2, "gone.json does not exist"),
        ("[", ["--from", "templates.json"], 2, "templates.json is not JSON"),
        ("{}", ["--from", "templates.json"], 1, "templates.json has no templates: save them with"),
        ('[{"name": "A"}]', ["--from", "templates.json"], 1, "Template 1 in templates.json has no entityTypeName"),
        ("[5]", ["--from", "templates.json"], 1, "Template 1 in templates.json has no name"),
        ("[]", ["--from", "templates.json", "--env", "dev"], 2, "leave one of them out"),
        ("[]", ["--from", "-"], 2, "--from needs a file"),
        ("[]", ["--check"], 1, "There is no biot_types.py: write it with biot-plugin types -o biot_types.py"),
        ("[]", ["--check", "--save", "x.json"], 2, "--check writes nothing"),
        ("[]", ["--from", "templates.json", "--template", "P"], 2, "There is no template P: there are none at all"),
        ("[]", ["--from", "templates.json", "-o", "my-types.py"], 2, "my-types.py is no module that can be imported"),
        ("[]", ["--from", "templates.json", "-o", "."], 2, ". is no module that can be imported"),
        (None, ["--from", "gone.json", "-o", "not/there/types_of.py"], 2, "error: gone.json does not exist"),
        ("[]", [], 2, "No platform URL: set BIOT_PLUGIN_BASE_URL"),
    ],
)
def test_mistakes_are_one_sentence(
    folder: Path, biot_plugin: Program, content: str | None, arguments: list[str], code: int, message: str
) -> None:
    (folder / "pyproject.toml").write_text(
        '[tool.biot-plugin]\nname = "p"\ndisplay-name = "P"\nversion = 1\nruntime = "python3.13"\n', encoding="utf-8"
    )
    if content is not None:
        (folder / "templates.json").write_text(content, encoding="utf-8")
    done = biot_plugin("types", *arguments)
    assert done.exit_code == code, done.err
    assert message in done.err
    assert len(done.err.splitlines()) == 1
    assert not (folder / "biot_types.py").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("x = 1\n", "biot_types.py was not written by biot-plugin types: choose another file with -o"),
        ("# biot-plugin types: {}\n", "was not written by biot-plugin types"),
        ("<<<<<<<", "biot_types.py is no valid Python in line"),
    ],
)
def test_files_of_others_and_broken_ones_stay(folder: Path, biot_plugin: Program, content: str, message: str) -> None:
    save(folder, PUMP)
    if content == "<<<<<<<":
        biot_plugin("types", "--from", "templates.json")
        content = f"{text(folder)}{content}"
    (folder / "biot_types.py").write_text(content, encoding="utf-8")
    done = biot_plugin("types", "--from", "templates.json")
    assert done.exit_code == 1
    assert message in done.err
    assert text(folder) == content


def test_a_folder_that_is_moved_is_no_change(folder: Path, biot_plugin: Program) -> None:
    save(folder, PUMP)
    biot_plugin("types", "--from", str(folder / "templates.json"))
    shutil.copytree(folder, folder / "copy")
    assert biot_plugin("types", "--check", "-o", "copy/biot_types.py").exit_code == 0


def test_a_new_folder_and_one_that_is_a_link_have_the_file_where_it_was_named(
    folder: Path, biot_plugin: Program
) -> None:
    save(folder, PUMP)
    (folder / "elsewhere" / "deep").mkdir(parents=True)
    (folder / "link").symlink_to(folder / "elsewhere" / "deep")
    for output in ("new/folder/biot_types.py", "link/biot_types.py"):
        assert biot_plugin("types", "--from", "templates.json", "-o", output).exit_code == 0
        assert biot_plugin("types", "--check", "-o", output).exit_code == 0


def test_a_module_that_an_editor_of_windows_has_saved_is_the_same(folder: Path, biot_plugin: Program) -> None:
    save(folder, PUMP)
    biot_plugin("types", "--from", "templates.json")
    (folder / "biot_types.py").write_text(text(folder), encoding="utf-8-sig", newline="\r\n")
    assert biot_plugin("types", "--check").exit_code == 0


def test_templates_of_one_name_and_type_without_a_parent_have_numbers(folder: Path, biot_plugin: Program) -> None:
    save(folder, *({**PUMP, "id": id} for id in ("a", "b")))
    done = biot_plugin("types", "--from", "templates.json", "--json")
    assert [item["name"] for item in done.document["names"]] == ["PumpGenericEntity2", "PumpGenericEntity3"]
