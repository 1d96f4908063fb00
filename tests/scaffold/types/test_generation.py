"""Modules of types at work: in a plugin's events, with each kind of model."""

from __future__ import annotations

import ast
import copy
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from biot_emulator.services.templates.definitions import ATTRIBUTE_TYPES, attribute_from_document
from biot_emulator.services.templates.values import check_value
from biot_plugin import AdaptEntity, Notification, Plugin, PostRequest, PreRequest
from biot_plugin.testing import Client, FakeApi, factory
from biot_plugin.testing.strategies import from_type
from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.types.generation import generate
from biot_plugin_cli.types.options import ModelKind, Options
from biot_plugin_cli.types.templates.documents import Document
from tests.scaffold.generated import KINDS, attribute, documents, load, selectable, template, ten_templates, written

PATIENTS = "POST/organization/v1/users/patients"
ROOT = Path(__file__).parents[3]
CUSTOM = {f"my_{type.lower()}": type for type in ATTRIBUTE_TYPES if type not in ("LINK", "WAVEFORM")}

ENTITY: dict[str, Any] = {
    "_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "_name": {"firstName": "Ada", "lastName": None, "more": 1.10},
    "_gender": "NEW_ON_THE_PLATFORM",
    "_mfa": {"enabled": None, "later": [1]},
    "_referencers": None,
    "my_integer": 7,
    "my_decimal": 12345.678901234567,
    "my_multi_select": ["mild", "unheard_of"],
    "my_reference": {"id": "1", "template": None, "own": {"x": None}},
    "my_label": None,
    "unnamed": {"a": [None, 1.50]},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("types")


@pytest.fixture(scope="module")
def ten(folder: Path) -> list[Document]:
    return documents(folder, {"data": ten_templates()})


@pytest.fixture(scope="module", params=KINDS)
def module(request: pytest.FixtureRequest, ten: list[Document], folder: Path) -> ModuleType:
    return load(written(ten, request.param).text, folder)


def sent(model: Any, body: Any, change: Any = None) -> Any:
    plugin = Plugin()

    def handle(event: Any) -> None:
        if change:
            change(event.body)

    handle.__annotations__["event"] = PreRequest[model]
    plugin.pre_request(PATIENTS)(handle)
    return Client(plugin).pre_request(PATIENTS, body=body).request.body


def set_value(body: Any, name: str, value: Any) -> None:
    if isinstance(body, dict):
        body[name] = value
    else:
        setattr(body, name.lstrip("_"), value)


def test_what_no_handler_touches_goes_back_exactly(module: ModuleType) -> None:
    assert sent(module.Trial, ENTITY) == ENTITY


def test_one_attribute_is_changed_and_nothing_else(module: ModuleType) -> None:
    changed = sent(module.Trial, ENTITY, lambda body: set_value(body, "my_label", "x"))
    assert changed == {**ENTITY, "my_label": "x"}


@pytest.mark.parametrize("value", [{}, {"my_label": None}, {"my_label": "x"}], ids=["absent", "null", "value"])
def test_absent_null_and_a_value_are_three_things(module: ModuleType, value: dict[str, Any]) -> None:
    assert sent(module.Trial, value) == value
    assert sent(module.Trial, value, lambda body: set_value(body, "_phone", None)) == {**value, "_phone": None}
    new = factory(module.TrialUpdate, dict.fromkeys(_keys(module.TrialUpdate), ...) | value)
    api = FakeApi()
    call = api.patch("/organization/v1/users/patients/7")
    plugin = Plugin()

    @plugin.pre_request(PATIENTS)
    def update(event: PreRequest) -> None:
        event.biot.patch("/organization/v1/users/patients/7", json=new)

    Client(plugin, api=api).pre_request(PATIENTS, body={})
    assert call.calls[0].json == value


def test_null_everywhere_is_read(module: ModuleType) -> None:
    names = [key for key in _keys(module.Trial) if key not in ("_id", "_creationTime", "_lastModifiedTime")]
    body = dict.fromkeys(names)
    assert sent(module.Trial, body) == body


def test_entities_of_every_event(module: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    plugin, seen = Plugin(), []

    def adapt(event: Any) -> None:
        seen.extend(event.entities)

    def after(event: Any) -> None:
        seen.append(event.response.body)

    def told(event: Any) -> None:
        seen.append(event.entity)

    kinds: list[tuple[Any, Any]] = [(adapt, AdaptEntity), (after, PostRequest), (told, Notification)]
    for function, kind in kinds:
        function.__annotations__["event"] = kind[module.Trial]
    plugin.adapt_entity("patient")(adapt)
    plugin.post_request(PATIENTS)(after)
    plugin.notification("patient", "_create")(told)
    client = Client(plugin)
    assert client.adapt_entity("patient", entities=[ENTITY, {}]).response.entities == [ENTITY, {}]
    assert client.post_request(PATIENTS, body=ENTITY).response.body == ENTITY
    client.notification("patient", "_create", entity=ENTITY)
    assert len(seen) == 4
    log = capsys.readouterr().out
    assert log.count("_gender has a choice that the plugin's types do not know") == 3
    assert "my_multi_select has a choice" in log
    assert "NEW_ON_THE_PLATFORM" not in log and "unheard_of" not in log


def test_unknown_choices_can_be_written(module: ModuleType) -> None:
    assert sent(module.TrialUpdate, {"_gender": "THIRD"}) == {"_gender": "THIRD"}
    changed = sent(module.TrialUpdate, {}, lambda body: set_value(body, "_gender", "FOURTH"))
    assert changed == {"_gender": "FOURTH"}


def test_every_type_of_attribute_is_read_and_sent(ten: list[Document], module: ModuleType) -> None:
    types = {item["type"] for document in ten for item in document["customAttributes"]}
    assert types == {*ATTRIBUTE_TYPES}
    read, created, changed = (_keys(getattr(module, name)) for name in ("Trial", "TrialCreate", "TrialUpdate"))
    assert CUSTOM.keys() <= read & created & changed
    assert {"_id", "_creationTime", "_enabled", "_username"} <= read - created - changed
    assert {"_templateId", "_credentialType"} <= created - changed
    assert "heart_rate" not in _keys(module.Control)
    assert "_device" not in _keys(module.InfusionCreate) and "_device" in _keys(module.Infusion)
    assert "pump_serial" in _keys(module.Prime) - _keys(module.PrimeCreate)
    assert not hasattr(module, "PrimeUpdate")


def test_what_a_request_must_have(module: ModuleType) -> None:
    def required(name: str) -> set[str]:
        from biot_plugin.bodies.annotations.members import members_of

        return {member.key for member in members_of(getattr(module, name)) if member.is_required}

    assert required("TrialCreate") == {"_name", "_ownerOrganization"}
    assert required("ControlCreate") == {"_name", "_ownerOrganization", "age"}
    assert required("PumpCreate") == {"_id", "serial"}
    assert required("VisitCreate") == {"_name"}
    assert required("InfusionCreate") == {"_state", "_startTime"}
    assert required("Trial") == required("TrialUpdate") == set()


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_generated_values_are_what_the_platform_takes(ten: list[Document], folder: Path, data: st.DataObject) -> None:
    module = _typed_dicts(ten, folder)
    created = data.draw(from_type(module.TrialCreate))
    assert _accepted(created, "Trial") == _accepted(factory(module.TrialCreate), "Trial") == []
    assert _accepted(data.draw(from_type(module.PumpCreate)), "Pump") == _accepted(factory(module.PumpCreate), "Pump")


def _typed_dicts(ten: list[Document], folder: Path, modules: dict[Path, ModuleType] = {}) -> ModuleType:  # noqa: B006
    if folder not in modules:
        modules[folder] = load(written(ten).text, folder)
    return modules[folder]


def _accepted(entity: Any, name: str) -> list[str]:
    [document] = [item for item in ten_templates() if item["name"] == name]
    attributes = [
        attribute_from_document(item, custom=True)
        for item in [*document["builtInAttributes"], *document["customAttributes"]]
    ]
    for item in attributes:
        value = entity
        for part in item.path:
            value = (value or {}).get(part)
        if value is not None:
            check_value(item, value)
    return []


def test_values_of_each_kind_are_generated(module: ModuleType) -> None:
    example = factory(module.Trial, my_label="mine", _phone=None, _email=...)
    json_of = Client(_echo(module.Trial)).pre_request(PATIENTS, body=example).request.body
    assert json_of["my_label"] == "mine"
    assert json_of["_phone"] is None
    assert "_email" not in json_of
    assert re.fullmatch("[A-Z]{2}[0-9]+", json.loads(json.dumps(factory_json(module.Pump)))["serial"])


def factory_json(model: Any) -> Any:
    from biot_plugin.testing.json_forms import plain

    return plain(factory(model))


def _echo(model: Any) -> Plugin:
    plugin = Plugin()

    def handle(event: Any) -> None: ...

    handle.__annotations__["event"] = PreRequest[model]
    plugin.pre_request(PATIENTS)(handle)
    return plugin


def _keys(model: Any) -> set[str]:
    from biot_plugin.bodies.annotations.members import members_of

    return {member.key for member in members_of(model)}


def test_the_same_templates_are_the_same_text(ten: list[Document], folder: Path) -> None:
    shuffled = documents(folder, copy.deepcopy(ten_templates())[::-1] + ten_templates()[:3])
    for kind in KINDS:
        assert written(ten, kind).text == written(shuffled, kind).text
    assert not re.search(r"20\d\d-\d\d-\d\dT", written(ten).text.replace("2026-01-31T", ""))


def test_only_some_templates(ten: list[Document]) -> None:
    text = generate(ten, Options(templates=("Pump", "patient/Trial"))).text
    assert "class Pump(" in text and "class Trial(" in text and "class Visit(" not in text
    with pytest.raises(UsageError, match=r"There is no template Trail: there are .*patient/Trial"):
        generate(ten, Options(templates=("Trail",)))


NAMES = [
    *(
        "class",
        "first-name",
        "first_name",
        "First Name",
        "str",
        "int",
        "list",
        "None",
        "True",
        "Any",
        "Literal",
        "field",
    ),
    *("Field", "UNSET", "name", "_name", "__dunder", "__init__", "mro", "ﬁeld", "é", "名前", "1st", "a\nb", 'a"b'),
    *("a'b", "a\\b", "model_config", "json", "copy", "schema", "self", "cls", "dict", "Choice", "Label", "Pump"),
    *(
        "match",
        "type",
        "id",
        "\u202ebidi",
        "*",
        "TypedDict",
        "__slots__",
        "_",
        "__",
        "register",
        "Struct",
        "sys",
        "async",
    ),
]
CHOICES = ['a"b', "it's", "new\nline", None, "None", "", "é名", "\\", "\u202e", "\ud800", '"""', "]", "#", 5, "x" * 300]
TITLES = [
    *('"""', 'x"', "\\", '\\"""\nimport os\n"""', "\u202e\u2066abc", None, "a" * 5000, 12, "\ud800", "'''", "{x}"),
    # Somewhere in them, a line ends after one of two backslashes.
    *("a" * length + r"\N" + r"\x" * 90 for length in range(100, 104)),
]


def strange_templates() -> list[dict[str, Any]]:
    """Templates and attributes as nobody should call them."""
    return [
        template("Pump", *map(attribute, NAMES), entity_type="device"),
        *(template("Pump", entity_type=type) for type in ("patient", "caregiver")),
        *(template("PumpCreate", entity_type=type) for type in ("patient", "caregiver")),
        *map(
            template, ["Name", "str", "class", "None", "1", "名前", "a-b", "a_b", "Ab", '\u202e"""\n x = 1', "Literal"]
        ),
        template(
            "Entity",
            *(attribute(f"t{number}", displayName=title) for number, title in enumerate(TITLES)),
            attribute("empty", "SINGLE_SELECT", selectableValues=[]),
            attribute("weird", "SINGLE_SELECT", **selectable(*CHOICES)),
            attribute("only", "MULTI_SELECT", **selectable('"""); import os #')),
            attribute("gone", "REFERENCE", referenceConfiguration={"validTemplatesToReference": ["gone", None, 5]}),
            attribute("bare", "REFERENCE", referenceConfiguration=None),
            attribute("link", "LINK", linkConfiguration={"templateId": "gone", "attributeId": "x"}),
            attribute("unlinked", "LINK"),
            attribute("future", "FUTURE"),
            {"name": "nothing"},
            attribute("text", validation={"regex": '["\\d]{3}\n"""', "min": -1, "max": 10**30}),
            attribute("number", "DECIMAL", validation={"min": 1e-300, "max": 1.7e308}),
            attribute("bad", "INTEGER", validation={"min": True, "max": "x"}),
            attribute("deep", basePath="_configuration.deep.er"),
            attribute("dots", basePath="a..b"),
            attribute("word", basePath="class"),
            attribute("both"),
            attribute("inner", basePath="both"),
            attribute("half", basePath="\ud800"),
            attribute("\udc00"),
        ),
        {"id": None, "name": "Nulls", "entityTypeName": "patient", "customAttributes": None, "builtInAttributes": None},
        {
            "name": "Odd",
            "entityTypeName": "strange",
            "customAttributes": [None, 5, {}, {"name": None}],
            "parentTemplate": 3,
        },
        {"name": "***", "entityTypeName": "+", "displayName": 7, "parentTemplate": {"name": 5}},
        {"name": "Odd", "entityTypeName": "-", "parentTemplate": {"name": 5}},
        *(
            template("Child", entity_type="command", id=id, parentTemplate={"name": name})
            for id, name in {"a": "P", "b": "P", "c": "Q", "d": None}.items()
        ),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_strange_names_are_python(folder: Path, kind: ModelKind) -> None:
    generated = written(documents(folder, strange_templates()), kind)
    module = load(generated.text, folder)
    pump = _keys(module.PumpDevice)
    assert {*NAMES} - pump <= ({"a\nb", 'a"b', "a\\b"} if kind is ModelKind.msgspec else set())
    body = dict.fromkeys(NAMES, "x")
    assert sent(module.PumpDevice, body) == body
    weird = factory_json(module.Entity)["weird"]
    assert weird == 'a"b'
    assert generated.text == written(documents(folder, strange_templates()), kind, generated.module).text
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", generated.text)
    assert all(key.isprintable() for key in _keys(module.Entity))
    for title in TITLES[-4:]:
        assert str(title) in re.sub(r"\s", "", _docstrings(generated.text))


def _docstrings(text: str) -> str:
    parts = [node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)]
    return "\n".join(part for part in parts if isinstance(part, str))


def test_what_is_not_known_is_named(folder: Path) -> None:
    unknown = written(documents(folder, strange_templates())).unknown
    assert ("generic-entity/Entity", "future", "FUTURE") in unknown
    assert ("generic-entity/Entity", "link", "LINK") in unknown


def _checked(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    whole = [sys.executable, "-m", *command]
    return subprocess.run(whole, cwd=folder, capture_output=True, text=True, check=False)


def _mypy(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return _checked(folder, "mypy", "--strict", "--cache-dir", str(folder / "cache"), *arguments)


def _files(ten: list[Document], folder: Path, kinds: list[ModelKind]) -> list[str]:
    for kind in kinds:
        (folder / f"{kind.replace('-', '_')}_types.py").write_text(written(ten, kind).text, encoding="utf-8")
    (folder / "plugin.py").write_text(_PLUGIN, encoding="utf-8")
    return sorted(file.name for file in folder.glob("*.py"))


@pytest.mark.slow
def test_mypy_takes_it_and_refuses_what_is_wrong(ten: list[Document], tmp_path: Path) -> None:
    files = _files(ten, tmp_path, KINDS[:1])
    (tmp_path / "wrong.py").write_text(_WRONG, encoding="utf-8")
    lines = _mypy(tmp_path, *files, "wrong.py").stdout.splitlines()
    errors = [line for line in lines if ": error:" in line]
    assert [int(line.split(":")[1]) for line in errors if line.startswith("wrong.py")] == [3, 4, 5, 6, 7], lines
    assert len(errors) == 5, errors


@pytest.mark.slow
@pytest.mark.matrix
def test_pyright_takes_it(ten: list[Document], tmp_path: Path) -> None:
    done = _checked(tmp_path, "pyright", "--pythonpath", sys.executable, *_files(ten, tmp_path, KINDS[:1]))
    assert done.returncode == 0, done.stdout


def test_ruff_leaves_it_as_it_is_and_would_have_written_the_same(ten: list[Document], tmp_path: Path) -> None:
    _files(ten, tmp_path, KINDS)
    for kind in KINDS:
        text = written(ten, kind).text.replace("# fmt: off\n", "")
        (tmp_path / f"{kind.replace('-', '_')}_formatted.py").write_text(text, encoding="utf-8")
    (tmp_path / "plugin.py").unlink()
    # The settings of a scaffolded repository.
    rules = '["B", "C4", "C90", "E", "F", "I", "PTH", "RET", "RUF", "S", "SIM", "UP", "W"]'
    (tmp_path / "ruff.toml").write_text(f"line-length = 120\nlint.select = {rules}\n", encoding="utf-8")
    for command in (["format", "--check"], ["check"]):
        done = _checked(tmp_path, "ruff", *command, "--no-cache", "--config", "ruff.toml", ".")
        assert done.returncode == 0, done.stdout


@pytest.mark.slow
@pytest.mark.matrix
def test_every_kind_and_strange_names_are_taken_for_each_python(
    ten: list[Document], folder: Path, tmp_path: Path
) -> None:
    for kind in KINDS:
        strange = written(documents(folder, strange_templates()), kind).text
        (tmp_path / f"strange_{kind.replace('-', '_')}.py").write_text(strange, encoding="utf-8")
    files = _files(ten, tmp_path, KINDS)
    for version in ("3.10", "3.12", "3.14"):
        done = _mypy(tmp_path, "--python-version", version, "--python-executable", sys.executable, *files)
        assert done.returncode == 0, done.stdout
        done = _checked(tmp_path, "pyright", "--pythonpath", sys.executable, "--pythonversion", version, *files)
        assert done.returncode == 0, done.stdout


_PLUGIN = """\
from typing_extensions import Literal, assert_type

from biot_plugin import AdaptEntity, Plugin, PreRequest
from biot_plugin.attributes import UnknownChoice
from biot_plugin.testing import factory
from biot_plugin.testing.strategies import from_type
from typed_dict_types import Pump, Trial, TrialCreate, TrialUpdate

plugin = Plugin()
PATIENTS = "/organization/v1/users/patients"


@plugin.pre_request("POST/organization/v1/users/patients")
def check(event: PreRequest[Trial]) -> None:
    assert_type(event.body, Trial)
    assert_type(event.body.get("my_integer"), int | None)
    patient = event.biot.get(f"{PATIENTS}/7", as_=Trial)
    assert_type(patient, Trial)
    for other in event.biot.search(PATIENTS, as_=Trial):
        assert_type(other, Trial)
    update: TrialUpdate = {"my_label": None}
    gender = patient.get("_gender")
    update["_gender"] = gender
    match gender:
        case "MALE" | "FEMALE" | "UNDISCLOSED" | None:
            pass
        case unknown:
            assert_type(unknown, UnknownChoice)
    answer = event.biot.patch(f"{PATIENTS}/7", json=update, as_=Trial)
    assert_type(answer, Trial)


@plugin.adapt_entity("device")
def adapt(event: AdaptEntity[Pump]) -> None:
    assert_type(event.entities, list[Pump])


def test_factories() -> None:
    assert_type(factory(Trial, my_label="x"), Trial)
    from_type(TrialCreate)
"""


_WRONG = """\
from typed_dict_types import Trial, TrialCreate, TrialUpdate
trial: Trial = {}
trial["_gender"] = "MLE"
create: TrialCreate = {"_name": {"firstName": "A", "lastName": "B"}}
update: TrialUpdate = {"_id": "7"}
trial["my_integer"] = "7"
trial["my_labl"] = "x"
"""


def test_five_hundred_templates(folder: Path) -> None:
    templates = [
        template(f"T{number}", *(attribute(f"a{index}") for index in range(4)), entity_type="patient")
        for number in range(500)
    ]
    generated = written(documents(folder, templates))
    assert generated.templates == 500
    assert len({definition.name for definition in generated.module.definitions.values()}) == generated.classes


@settings(max_examples=20, deadline=None)
@given(names=st.lists(st.text(max_size=8), max_size=6, unique=True), title=st.text(max_size=30), data=st.data())
def test_any_names_are_python(names: list[str], title: str, data: st.DataObject) -> None:
    attributes = [attribute(name, displayName=title) for name in names if name]
    choices = attribute("choice", "SINGLE_SELECT", **selectable(*names, title))
    templates = [template(name, *attributes, choices, description=title) for name in names if name]
    read = [{**item, "builtInAttributes": [], "templateAttributes": []} for item in templates]
    kind = data.draw(st.sampled_from(KINDS))
    generated = written(read, kind)
    compile(generated.text.encode(), "types", "exec")
    assert written(read[::-1], kind, generated.module).module.names == generated.module.names
