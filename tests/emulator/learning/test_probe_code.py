"""The probe lets everything pass that is not its own, and remembers nothing of it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from biot_emulator.learning.names import ProbeNames
from biot_emulator.learning.pace import Pace
from biot_emulator.learning.probe_code import probe_zip

NAMES = ProbeNames("0123abcd")
KEY = "the key of the run"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
OTHERS = st.sampled_from([NAMES.other_template, "patients", "", NAMES.template + "x"])


class Probe:
    """The probe's code as it is deployed."""

    def __init__(self, folder: Path) -> None:
        with zipfile.ZipFile(io.BytesIO(probe_zip(NAMES, "A", KEY, Pace()))) as archive:
            archive.extractall(folder)
        self.module: dict[str, Any] = {"__file__": str(folder / "index.py"), "__name__": "index"}
        exec(compile((folder / "index.py").read_text(encoding="utf-8"), "index.py", "exec"), self.module)

    def call(self, kind: str, body: Any) -> Any:
        return self.module["handler"]({"headers": {"hooktype": kind}, "body": json.dumps(body)}, None)

    def report(self, key: str = KEY) -> Any:
        return self.module["handler"]({"headers": {"x-probe-key": key}, "rawPath": "/report"}, None)


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Probe:
    return Probe(tmp_path_factory.mktemp("probe"))


def event(template: str, request: dict[str, Any], **more: Any) -> dict[str, Any]:
    variables = [{"name": "templateName", "value": template}] if template else []
    return {"method": "POST", "request": {"path": "/x", **request, "pathVariables": variables}, **more}


@given(template=OTHERS, body=JSON, mode=st.sampled_from(["crash", "refuse", "bad", "slow", "mark"]))
def test_what_is_not_its_own_passes_unchanged_and_is_only_counted(
    probe: Probe, template: str, body: Any, mode: str
) -> None:
    # Even what is named as its own.
    named = {"_name": f"{NAMES.entity_prefix}pre-{mode}", "of": body}
    before = probe.report()
    request = {"body": named, "headers": {"authorization": "Bearer secret"}, "queryParameters": {"a": ["b"]}}
    assert probe.call("INTERCEPTOR_PRE", event(template, request)) == {"request": {"path": "/x", **request}}
    for response in ({"body": named, "httpStatusCode": "200 OK"}, {"entities": [named], "httpStatusCode": "OK"}):
        kind = "INTERCEPTOR_POST_ENTITY" if "entities" in response else "INTERCEPTOR_POST"
        assert probe.call(kind, event(template, request, response=response)) == {"response": response}
    after = probe.report()
    assert after["records"] == before["records"]
    assert after["outside"] == before["outside"] + 3


@given(entity=st.dictionaries(st.text(), JSON, max_size=4), name=st.text())
def test_somebody_elses_entity_is_only_counted(probe: Probe, entity: dict[str, Any], name: str) -> None:
    before = probe.report()["records"]
    body = {"metadata": {"actionName": "_create"}, "data": {"entity": {**entity, "_id": "1", "_name": name}}}
    assert probe.call("NOTIFICATION", body) == {"statusCode": 200}
    assert probe.report()["records"] == before


def test_it_does_what_the_name_of_its_own_entity_asks_for(probe: Probe) -> None:
    def reply(label: str, **request: Any) -> Any:
        named = {"body": {"_name": f"{NAMES.entity_prefix}{label}"}, "headers": {}, "queryParameters": {}, **request}
        return probe.call("INTERCEPTOR_PRE", event(NAMES.template, named))

    assert reply("pre-refuse")["statusCode"] == 409
    assert reply("pre-gateway1")["statusCode"] == 502
    assert reply("pre-bad") == {"nothing": True}
    assert reply("pre-order")["request"]["body"]["_name"].endswith("pre-orderA")
    assert set(reply("pre-headers")["request"]) == {"path", "queryParameters", "body"}
    assert "authorization" not in reply("pre-mark")["request"]["headers"]
    assert set(reply("pre-auth")["request"]["headers"]) == {"authorization"}
    # What another kind of hook is asked for.
    assert set(reply("post-crash")["request"]) == {"path", "queryParameters", "headers", "body"}
    with pytest.raises(RuntimeError):
        reply("pre-crash")


@pytest.mark.parametrize("key", ["", "another key", "ä", KEY + " "])
def test_it_tells_nothing_without_the_key(probe: Probe, key: str) -> None:
    assert probe.report(key) == {"statusCode": 404, "body": ""}
    crash = {"headers": {"x-probe-key": key}, "rawPath": "/crash"}
    assert probe.module["handler"](crash, None) == {"statusCode": 404, "body": ""}


def test_neither_the_key_nor_a_token_is_in_what_it_has_and_tells(probe: Probe) -> None:
    secret = "eyJhbGciOiJub25lIn0.e30."
    request = {"body": {"_name": f"{NAMES.entity_prefix}seen"}, "headers": {"authorization": f"Bearer {secret}"}}
    probe.call("INTERCEPTOR_PRE", event(NAMES.template, request))
    response = {"body": request["body"], "httpStatusCode": "201 CREATED"}
    probe.call("INTERCEPTOR_POST", event(NAMES.template, request, response=response))
    assert secret not in json.dumps(probe.report())
    assert KEY.encode() not in probe_zip(NAMES, "A", KEY, Pace())


def test_its_size_is_as_asked_for() -> None:
    empty = len(probe_zip(NAMES, "A", KEY, Pace()))
    assert len(probe_zip(NAMES, "A", KEY, Pace(), 12_345)) == empty + 12_345


@pytest.mark.slow
def test_it_needs_nothing_but_python(tmp_path: Path) -> None:
    Probe(tmp_path)
    command = [sys.executable, "-I", "-S", "-c", "import sys; sys.path.insert(0, '.'); import index; print('loaded')"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert result.stdout == "loaded\n"
