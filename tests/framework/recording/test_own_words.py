from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from biot_plugin.recording.own_words import words_of, words_of_plugin
from biot_plugin.testing import Client
from tests.framework.recording.conftest import Records

API = "POST/organization/v1/users/patients"
HOOK = f"""
from biot_plugin import Plugin, PreRequest
from admission.fields import FIELDS, Ward
import dependency
import single

plugin = Plugin(record=1)

@plugin.pre_request({API!r})
def admit(event: PreRequest) -> None:
    '''Say oberhuber in a sentence.'''
    event.body["mrn"] = event.body["mrn"].strip()
    event.body.update({{name: "x" for name in FIELDS if name in event.body}})
"""
FIELDS = """
FIELDS = ("heart_rate", "blood-pressure")

class Ward:
    beds: int
    floor: int = 1
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A plugin in a folder with its dependencies, as on Lambda."""
    files = {
        "admission/__init__.py": "",
        "admission/hook.py": HOOK,
        "admission/fields.py": FIELDS,
        "dependency/__init__.py": "WILHELMINA = 'wilhelmina'",
        "single.py": "LUISE = 'luise'",
        "dependency-1.dist-info/RECORD": "dependency/__init__.py,,\nsingle.py,,\ndependency-1.dist-info/RECORD,,\n",
    }
    for name, content in files.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(content, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("admission.hook").plugin
    for name in [name for name in sys.modules if name.partition(".")[0] in ("admission", "dependency", "single")]:
        del sys.modules[name]


def test_what_the_code_calls_by_a_name_is_recorded_under_it_and_nothing_else(plugin: Any, records: Records) -> None:
    body = {
        "mrn": " k-117 ", "heart_rate": 61, "heartRate": 62, "blood-pressure": "high", "beds": 1, "floor": 2,
        "oberhuber": 1, "wilhelmina": 2, "luise": 3, "dorothea": {"agathe": 4},
    }  # fmt: skip
    Client(plugin).pre_request(API, body=body)
    (record,) = records()
    names = [*json.loads(record["event"]["body"])["request"]["body"]]
    assert names[:6] == [*body][:6]
    assert not [name for name in ("oberhuber", "wilhelmina", "luise", "dorothea", "agathe") if name in str(record)]
    replied = json.loads(record["reply"]["body"])["request"]["body"]
    assert [*replied] == names  # The handler can read it again, and what it passes on is the same.


def test_modules_without_code_have_no_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "extension.so").touch()
    module = type(sys)("extension")
    module.__file__ = str(tmp_path / "extension.so")
    monkeypatch.setitem(sys.modules, "extension", module)
    assert words_of_plugin(["extension", "sys", "absent", "biot_plugin.plugin"]) == frozenset()


def test_words_are_those_of_names_and_texts_that_are_no_sentences() -> None:
    code = compile("def f(mrn, *, ward=None):\n return {'a.b': g(key=('x', 1)), **{'no such thing': 2}}", "", "exec")
    assert {"f", "mrn", "ward", "a", "b", "a.b", "g", "key", "x"} <= words_of(code)
    assert not words_of(code) & {"no", "such", "thing"}


def test_where_the_code_cannot_be_read_more_is_replaced(
    plugin: Any, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMBDA_TASK_ROOT", "/absent")
    Client(plugin).pre_request(API, body={"mrn": " k-117 "})
    (record,) = records()
    assert "mrn" not in json.loads(record["event"]["body"])["request"]["body"]
