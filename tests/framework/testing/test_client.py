from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from biot_plugin import Plugin, Reject
from biot_plugin.testing import Client, Context, Signer, events
from tests.framework.conftest import FEW_PLUGINS

PATIENTS = "POST/organization/v1/users/patients"
pytest_plugins = ["pytester"]


def test_the_context_has_a_deadline_that_runs() -> None:
    context = Context(timeout=60, name="demo", memory_size=256)
    left = context.get_remaining_time_in_millis()
    assert 0 < left <= 60_000
    time.sleep(0.01)
    assert context.get_remaining_time_in_millis() < left
    assert Context(timeout=0).get_remaining_time_in_millis() == 0
    assert (context.function_name, context.memory_limit_in_mb) == ("Plugin-demo", 256)
    assert context.function_name in context.invoked_function_arn
    assert context.aws_request_id != Context().aws_request_id


def test_any_field_of_an_event_can_be_overridden() -> None:
    event = events.pre_request(
        PATIENTS,
        body={"a": 1},
        fields={"initiatorData": {"tokenType": "DEVICE"}, "request": {"body": {"b": 2}}, "more": True},
        envelope={"headers": {"hooktype": "X"}, "requestContext": {"http": {"method": "PUT"}}, "version": "3.0"},
    )
    body = json.loads(event["body"])
    assert body["initiatorData"]["tokenType"] == "DEVICE"
    assert body["initiatorData"]["subjectId"]
    assert body["request"]["body"] == {"a": 1, "b": 2}
    assert body["more"] is True
    assert (event["headers"]["hooktype"], event["version"]) == ("X", "3.0")
    assert event["requestContext"]["http"]["method"] == "PUT"
    assert event["requestContext"]["http"]["path"] == "/"


def test_events_of_all_apis_name_their_entity_type() -> None:
    def entity_type(api_id: str) -> str:
        return str(json.loads(events.pre_request(api_id)["body"])["entityName"])

    assert entity_type("GET/organization/v1/users/patients/{id}") == "patient"
    assert entity_type("GET/organization/v1/users/patients/alerts") == "patient-alert"
    assert entity_type("POST/organization/v1/users/caregivers/templates/nurse") == "caregiver"
    assert entity_type("GET/device/v1/devices/usage-sessions") == "usage-session"


def test_a_client_verifies_with_its_signers_key(plugin: Plugin, signer: Signer, other_signer: Signer) -> None:
    plugin.pre_request(PATIENTS)(lambda event: None)
    client = Client(plugin, signer=other_signer)
    assert client.pre_request(PATIENTS).status_code == 200
    token = signer.token("PLUGIN_INTERCEPTOR")
    forged = events.pre_request(PATIENTS, envelope={"headers": {"authorization": f"Bearer {token}"}})
    assert client.send(forged).status_code == 400


def test_a_stopped_call_has_an_error_and_no_request(plugin: Plugin) -> None:
    def stop(event: object) -> None:
        raise Reject(403, "NO", "No")

    plugin.pre_request(PATIENTS)(stop)
    reply = Client(plugin).pre_request(PATIENTS)
    assert reply.error is not None
    with pytest.raises(AssertionError, match="the plugin stopped the call: 403 NO: No"):
        _ = reply.request
    assert "403" in repr(reply)


@pytest.mark.parametrize("readable", [False, True])
def test_a_fixture_file_is_sent_and_signed(plugin: Plugin, tmp_path: Path, readable: bool) -> None:
    plugin.notification("patient", "_create")(lambda event: None)
    plugin.pre_request(PATIENTS)(lambda event: {"seen": event.body})
    client = Client(plugin)
    path = tmp_path / "event.json"
    for event in (
        events.notification("patient", "_create", entity={"x": "SIGN_ME"}),
        events.pre_request(PATIENTS, body={"x": "SIGN_ME"}),
    ):
        if readable:
            event["body"] = json.loads(event["body"])
        path.write_text(json.dumps(event), encoding="utf-8")
        assert client.send_file(path).status_code == 200
    assert client.send_file(path).body["request"]["body"] == {"seen": {"x": "SIGN_ME"}}


def test_a_client_cannot_be_changed_through_its_events(plugin: Plugin) -> None:
    plugin.pre_request(PATIENTS)(lambda event: event.body.clear())
    body = {"a": 1}
    Client(plugin).pre_request(PATIENTS, body=body)
    assert body == {"a": 1}


PLUGIN = """
from biot_plugin import Plugin
plugin = Plugin()
@plugin.scheduled("0 0 * * ? *")
def run(event): pass
{name} = plugin.handler
"""
TESTS = """
from biot_plugin.testing import Client
def test_fixtures(biot_client, biot_plugin, biot_signer, lambda_context):
    assert isinstance(biot_client, Client)
    assert biot_client.scheduled().status_code == 200
    assert biot_client.signer is biot_signer
    assert biot_plugin.cron_schedule == "0 0 * * ? *"
    assert lambda_context.get_remaining_time_in_millis() > 0
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("manifest", "module", "name"),
    [("", "index", "handler"), ('[tool.biot-plugin]\nhandler = "entry.main"\n', "entry", "main")],
)
def test_the_fixtures_are_there(pytester: pytest.Pytester, manifest: str, module: str, name: str) -> None:
    pytester.makepyfile(**{module: PLUGIN.format(name=name), "test_it": TESTS})
    pytester.makefile(".toml", pyproject=manifest + "[tool.pytest.ini_options]\n")
    pytester.runpytest_subprocess(*FEW_PLUGINS).assert_outcomes(passed=1)


@pytest.mark.slow
def test_the_plugin_is_loaded_from_the_root_folder(pytester: pytest.Pytester) -> None:
    root = pytester.mkdir("root")
    for name, text in (("index.py", PLUGIN.format(name="handler")), ("test_it.py", TESTS), ("pytest.ini", "[pytest]")):
        (root / name).write_text(text)
    result = pytester.runpytest_subprocess(
        "-p", "no:cacheprovider", "-p", "no:xdist", "--import-mode=importlib", "--rootdir=root", "root/test_it.py"
    )
    result.assert_outcomes(passed=1)


@pytest.mark.slow
def test_a_handler_that_is_no_plugins_is_refused(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(index="def handler(event, context): pass", test_it=TESTS)
    pytester.makefile(".toml", pyproject="[tool.pytest.ini_options]\n")
    result = pytester.runpytest_subprocess(*FEW_PLUGINS)
    result.stdout.fnmatch_lines(
        ["*index.handler is not the handler of a Plugin: define it as `handler = plugin.handler`*"]
    )
