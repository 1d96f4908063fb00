"""The life of a plugin, over the platform's APIs: every rule that the contract states in section 6."""

from __future__ import annotations

import json
import sys
import threading
from contextlib import AbstractContextManager
from typing import Any

import pytest

from biot_emulator.client import Client, Reply
from biot_emulator.image import unpacking
from biot_emulator.runtime import code_folders, nodes
from biot_emulator.runtime.code_folders import code_id
from biot_emulator.runtime.nodes import find_node
from biot_emulator.services.settings.code_in_use import CodeInUse
from biot_emulator.services.settings.plugin import Plugin
from biot_emulator.state.store import Store
from biot_emulator.state.unavailable_data import DataUnavailable
from biot_emulator.testing import Emulator
from tests.emulator.conftest import ADA, PATIENTS, code_zip, interception
from tests.emulator.javascript import nearest_runtime

pytestmark = pytest.mark.slow

PLUGINS = "/settings/v2/plugins"
DEMO = f"{PLUGINS}/Plugin-demo"
RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
CREATE = f"POST{PATIENTS}"
CODE = code_zip("def handler(event, context): return {'n': 1}")
NEW_CODE = code_zip("def handler(event, context): return {'n': 2}")
MINIMAL: dict[str, Any] = {"name": "demo", "displayName": "Demo", "version": 1, "runtime": RUNTIME}


def send(client: Client, method: str, path: str, config: Any, code: bytes | None = None) -> Reply:
    form = {"config": json.dumps(config).encode(), **({} if code is None else {"code": code})}
    return client.call(method, path, form=form)


def create(client: Client, code: bytes | None = None, /, **config: Any) -> Reply:
    return send(client, "POST", PLUGINS, {**MINIMAL, **config}, code)


def patch(client: Client, config: Any, code: bytes | None = None) -> Reply:
    return send(client, "PATCH", DEMO, config, code)


def state(emulator: Emulator) -> list[Any]:
    """Everything that belongs to plugins, as anybody can see it."""
    found = [PLUGINS, "/ums/v2/services", "/dispatcher/v1/hooks/interceptions", "/dispatcher/v1/hooks/notifications"]
    return [emulator.search(path) for path in found]


def test_a_new_plugin_has_the_defaults_and_everything_that_belongs_to_it(emulator: Emulator) -> None:
    reply = create(emulator)
    assert reply.status_code == 201
    made = dict(reply.body)
    assert made.pop("creationTime") == made.pop("lastModifiedTime")
    assert made.pop("endpointUrl").startswith(f"{emulator.url}/_functions/")
    assert "Plugin-demo" in made.pop("linkToConsole")
    assert made == {
        **MINIMAL,
        "handler": "index.handler",
        "timeout": 60,
        "memorySize": 128,
        "ephemeralStorage": 512,
        "environmentVariables": {},
        "subscriptions": {"interceptionOrder": 1, "interceptions": [], "notifications": []},
        "enabledState": "ENABLED",
        "deploymentPackageType": "ZIP",
        "analyticsDbAccess": False,
        "cors": {
            "allowOrigins": ["*"],
            "allowMethods": ["GET", "POST"],
            "allowHeaders": ["authorization", "content-type"],
            "exposeHeaders": [],
        },
    }
    assert emulator.call("GET", DEMO).body == reply.body
    assert emulator.search(PLUGINS, {"filter": {"name": {"eq": "demo"}}}) == [reply.body]
    [service] = emulator.search("/ums/v2/services")
    assert service["name"] == "Plugin-demo"


def test_numbers_may_be_texts(emulator: Emulator) -> None:
    hook = {**interception("POST_REQUEST", CREATE), "order": "5"}
    config = {"version": "2", "timeout": "10", "subscriptions": {"interceptionOrder": "2", "interceptions": [hook]}}
    made = create(emulator, **config).body
    assert (made["version"], made["timeout"]) == (2, 10)
    assert made["subscriptions"]["interceptionOrder"] == 2
    assert made["subscriptions"]["interceptions"] == [{**hook, "order": 5}]
    [found] = emulator.search("/dispatcher/v1/hooks/interceptions")
    assert found["executionOrder"] == 5


def test_the_order_of_the_plugin_is_that_of_its_interceptions(emulator: Emulator) -> None:
    hooks = [interception("PRE_REQUEST", CREATE), interception("ADAPT_ENTITY", "patient", 3)]
    create(emulator, subscriptions={"interceptionOrder": 7, "interceptions": hooks})
    found = emulator.search("/dispatcher/v1/hooks/interceptions")
    assert {one["type"]: one["executionOrder"] for one in found} == {"PRE_REQUEST": 7, "ADAPT_ENTITY": 3}


@pytest.mark.parametrize(
    ("config", "status", "code", "details"),
    [
        ({"name": "a b"}, 400, "BAD_REQUEST", {}),
        ({"name": "x" * 58}, 400, "BAD_REQUEST", {}),
        ({"name": None}, 400, "BAD_REQUEST", {}),
        ({"displayName": ""}, 400, "BAD_REQUEST", {}),
        ({"displayName": "x" * 256}, 400, "BAD_REQUEST", {}),
        ({"version": 0}, 400, "BAD_REQUEST", {}),
        ({"version": 32768}, 400, "BAD_REQUEST", {}),
        ({"version": "one"}, 400, "BAD_REQUEST", {}),
        ({"version": True}, 400, "BAD_REQUEST", {}),
        ({"version": 1.5}, 400, "BAD_REQUEST", {}),
        ({"runtime": ""}, 400, "BAD_REQUEST", {}),
        ({"runtime": "python2.7"}, 400, "BAD_REQUEST", {}),
        ({"runtime": "python3.8"}, 400, "BAD_REQUEST", {}),
        ({"runtime": "nodejs14.x"}, 400, "BAD_REQUEST", {}),
        ({"handler": "x" * 1025}, 400, "BAD_REQUEST", {}),
        ({"timeout": 0}, 400, "BAD_REQUEST", {}),
        ({"timeout": 901}, 400, "BAD_REQUEST", {}),
        ({"memorySize": 127}, 400, "BAD_REQUEST", {}),
        ({"memorySize": 10241}, 400, "BAD_REQUEST", {}),
        ({"ephemeralStorage": 511}, 400, "BAD_REQUEST", {}),
        ({"environmentVariables": {"a": 1}}, 400, "BAD_REQUEST", {}),
        ({"environmentVariables": {"": "a"}}, 400, "BAD_REQUEST", {}),
        ({"environmentVariables": {"WARD": ""}}, 400, "BAD_REQUEST", {}),
        (
            {"environmentVariables": {"BIOT_X": "a"}},
            400,
            "ENVIRONMENT_VARIABLES_CANNOT_START_WITH_RESERVED_PREFIX",
            {"environmentVariable": "BIOT_X", "reservedPrefix": "BIOT_"},
        ),
        ({"enabledState": "ON"}, 400, "BAD_REQUEST", {}),
        ({"deploymentPackageType": "JAR"}, 400, "BAD_REQUEST", {}),
        ({"cronSchedule": "0 10 * * * *"}, 400, "BAD_REQUEST", {}),
        ({"cronSchedule": "0 25 * * ? *"}, 400, "BAD_REQUEST", {}),
        ({"analyticsDbAccess": "perhaps"}, 400, "BAD_REQUEST", {}),
        ({"cors": {"allowMethods": ["OPTIONS"]}}, 400, "BAD_REQUEST", {}),
        ({"cors": {"allowOrigins": "*"}}, 400, "BAD_REQUEST", {}),
        ({"subscriptions": {"interceptionOrder": 0}}, 400, "BAD_REQUEST", {}),
        ({"subscriptions": {"interceptions": {}}}, 400, "BAD_REQUEST", {}),
        ({"subscriptions": {"interceptions": [{"apiId": CREATE}]}}, 400, "BAD_REQUEST", {}),
        (
            {"subscriptions": {"interceptions": [{"type": "PRE_REQUEST"}]}},
            400,
            "INTERCEPTION_MUST_HAVE_CORRECT_API_ID_NULL_VALUE_FOR_TYPE",
            {"type": "PRE_REQUEST", "correctValue": "not null", "apiId": None},
        ),
        (
            {"subscriptions": {"interceptions": [{"type": "ADAPT_ENTITY", "apiId": CREATE}]}},
            400,
            "INTERCEPTION_MUST_HAVE_CORRECT_API_ID_NULL_VALUE_FOR_TYPE",
            {"type": "ADAPT_ENTITY", "correctValue": "null", "apiId": CREATE},
        ),
        (
            {"subscriptions": {"interceptions": [interception("PRE_REQUEST", CREATE, 2**31 - 1)]}},
            400,
            "INTERCEPTION_ORDER_CANNOT_BE_RESERVED_ORDER",
            {"order": 2**31 - 1, "reservedOrder": 2**31 - 1},
        ),
        (
            {"subscriptions": {"interceptions": [interception("PRE_REQUEST", "POST/a/v1/b")]}},
            404,
            "INTERCEPTION_CONFIGURATION_NOT_FOUND",
            {"value": "POST/a/v1/b", "fieldName": "apiId"},
        ),
        (
            {"subscriptions": {"interceptions": [interception("ADAPT_ENTITY", "robot")]}},
            404,
            "INTERCEPTION_CONFIGURATION_NOT_FOUND",
            {"value": "robot", "fieldName": "entityTypeName"},
        ),
        ({"subscriptions": {"notifications": [{"entityTypeName": "patient"}]}}, 400, "BAD_REQUEST", {}),
        (
            {"subscriptions": {"notifications": [{"entityTypeName": "robot", "actionName": "_create"}]}},
            400,
            "BAD_REQUEST",
            {},
        ),
        (
            {"subscriptions": {"notifications": [{"entityTypeName": "patient", "actionName": "create"}]}},
            400,
            "BAD_REQUEST",
            {},
        ),
    ],
)
def test_what_is_refused_leaves_nothing_behind(
    emulator: Emulator, config: dict[str, Any], status: int, code: str, details: dict[str, Any]
) -> None:
    reply = create(emulator, CODE, **config)
    assert (reply.status_code, reply.body["code"], reply.body["details"]) == (status, code, details)
    assert state(emulator) == [[], [], [], []]
    # The same for what is there already, with the code that updates have; a name and a kind of package are not changed.
    create(emulator, CODE)
    before = state(emulator)
    reply = patch(emulator, config)
    if next(iter(config.values())) is None:
        assert reply.status_code == 200  # a field that is null is one that is missing
        return
    of_update = "PLUGIN_REQUEST_VALIDATION_FAILED" if code == "BAD_REQUEST" else code
    of_update = "PLUGIN_VERSION_MUST_NOT_BE_CHANGED_WHEN_NOT_UPDATING_CODE" if config.get("version") == 2 else of_update
    assert (reply.status_code, reply.body["code"], reply.body["details"]) == (status, of_update, details)
    assert state(emulator) == before


@pytest.mark.parametrize("code", [b"no zip", b"", code_zip("x = 1", **{"../out.py": "x"}), CODE[:-30]])
def test_code_that_is_no_zip_is_refused(emulator: Emulator, code: bytes) -> None:
    reply = create(emulator, code)
    assert (reply.status_code, reply.body["code"]) == (400, "BAD_REQUEST")
    assert "[code]" in reply.body["message"]
    assert state(emulator) == [[], [], [], []]


@pytest.mark.parametrize("form", [{}, {"code": CODE}, {"config": b"{"}, {"config": b"[]"}, {"config": b"\xff"}])
def test_a_form_without_a_configuration_is_refused(emulator: Emulator, form: dict[str, bytes]) -> None:
    reply = emulator.call("POST", PLUGINS, form=form)
    assert (reply.status_code, reply.body["code"]) == (400, "BAD_REQUEST")
    assert "[config]" in reply.body["message"]


def test_two_plugins_cannot_have_one_name(emulator: Emulator) -> None:
    create(emulator)
    before = state(emulator)
    reply = create(emulator, CODE, subscriptions={"interceptions": [interception("PRE_REQUEST", CREATE)]})
    assert (reply.status_code, reply.body["code"]) == (409, "PLUGIN_EXISTS_BY_NAME")
    assert reply.body["details"] == {"pluginName": "demo"}
    assert state(emulator) == before


def test_a_plugin_cannot_have_the_name_of_somebody_elses_service_user(emulator: Emulator) -> None:
    role = "00000000-0000-0000-0000-000000000009"
    wanted = {"name": "Plugin-demo", "roleId": role, "type": "EXTERNAL_SERVICE"}
    service = emulator.call("POST", "/ums/v2/services", json=wanted).body
    before = state(emulator)
    reply = create(emulator)
    assert (reply.status_code, reply.body["code"]) == (400, "BAD_REQUEST")
    assert "service user [Plugin-demo]" in reply.body["message"]
    assert "delete" in reply.body["message"]
    assert state(emulator) == before
    emulator.call("DELETE", f"/ums/v2/services/{service['id']}")
    assert create(emulator).status_code == 201


@pytest.mark.parametrize(
    ("current", "requested", "code", "refusal"),
    [
        (5, 6, NEW_CODE, None),
        (5, 5, NEW_CODE, "PLUGIN_VERSION_MUST_BE_LARGER_WHEN_UPDATING_CODE"),
        (5, 4, NEW_CODE, "PLUGIN_VERSION_MUST_BE_LARGER_WHEN_UPDATING_CODE"),
        (5, None, NEW_CODE, "PLUGIN_VERSION_MUST_BE_LARGER_WHEN_UPDATING_CODE"),
        # Nobody compares the code.
        (5, 5, CODE, "PLUGIN_VERSION_MUST_BE_LARGER_WHEN_UPDATING_CODE"),
        (5, None, None, None),
        (5, 5, None, None),
        (5, 6, None, "PLUGIN_VERSION_MUST_NOT_BE_CHANGED_WHEN_NOT_UPDATING_CODE"),
        (5, 4, None, "PLUGIN_VERSION_MUST_NOT_BE_CHANGED_WHEN_NOT_UPDATING_CODE"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_the_version_rises_with_the_code_and_with_nothing_else(
    emulator: Emulator, method: str, current: int, requested: int | None, code: bytes | None, refusal: str | None
) -> None:
    before = create(emulator, CODE, version=current).body
    config = {} if requested is None else {"version": requested}
    reply = send(emulator, method, DEMO, config, code)
    if refusal:
        assert (reply.status_code, reply.body["code"]) == (400, refusal)
        assert reply.body["details"] == {"currentVersion": current, "requestVersion": requested}
        assert emulator.call("GET", DEMO).body == before
    else:
        assert (reply.status_code, reply.body["version"]) == (200, requested or current)
    answer = Client(emulator.url).call("GET", before["endpointUrl"].removeprefix(emulator.url))
    assert answer.body == {"n": 1 if refusal or code is None else 2}


RESERVED_BY_LAMBDA = [
    *("_HANDLER", "_X_AMZN_TRACE_ID", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_ACCESS_KEY"),
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API"),
    *("AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION"),
    *("AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"),
    *("LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"),
]
NO_NAMES = ["my-var", "1ST", "_OWN", "X", "MY VAR", "MY.VAR", "MY=VAR", "MY\nVAR", "VAR\n", "GRÖSSE", "\u0663A", "M\0"]
#: Names and values of 4,084 bytes, of which JSON makes 4,097.
TOO_LARGE = {"A1": "x" * 2040, "A2": "y" * 2040}


@pytest.mark.parametrize("name", [*RESERVED_BY_LAMBDA, *NO_NAMES])
def test_a_variable_that_lambda_refuses_is_refused(emulator: Emulator, name: str) -> None:
    refused = create(emulator, environmentVariables={name: "x"})
    assert (refused.status_code, refused.body["code"]) == (400, "BAD_REQUEST")
    assert name in refused.body["message"]
    assert state(emulator) == [[], [], [], []]

    made = create(emulator).body
    refused = patch(emulator, {"environmentVariables": {"WARD": "7b", name: "x"}})
    assert (refused.status_code, refused.body["code"]) == (400, "PLUGIN_REQUEST_VALIDATION_FAILED")
    assert emulator.call("GET", DEMO).body == made


def test_a_variable_that_lambda_sets_and_leaves_to_everybody_is_accepted(emulator: Emulator) -> None:
    variables = {
        "TZ": "Asia/Tokyo",
        "LANG": "C.UTF-8",
        "PYTHONPATH": "lib",
        "AWS_XRAY_CONTEXT_MISSING": "LOG",
        "aB_": "1",
    }
    assert create(emulator, environmentVariables=variables).body["environmentVariables"] == variables


def test_variables_are_measured_as_lambda_measures_them(emulator: Emulator) -> None:
    assert (
        len(json.dumps(TOO_LARGE, separators=(",", ":")))
        == 4097
        == 13 + sum(map(len, ("A1", "A2", *TOO_LARGE.values())))
    )
    for refused in (TOO_LARGE, {"A1": "\N{EURO SIGN}" * 1363}, {"A1": '"' * 2044}, {"my-var" * 10_000: "x"}):
        reply = create(emulator, environmentVariables=refused)
        assert (reply.status_code, reply.body["code"]) == (400, "BAD_REQUEST")
        assert "at most 4096 bytes" in reply.body["message"]
        assert len(reply.body["message"]) < 200
    assert create(emulator, environmentVariables={**TOO_LARGE, "A2": "y" * 2039}).status_code == 201


@pytest.mark.parametrize(
    "runtime", ["python3.8", "python3.7", "python3.0", "python3.99", "nodejs14.x", "nodejs26.x", "dotnet8"]
)
def test_a_runtime_that_cannot_run_here_is_refused_before_anything_is_made(emulator: Emulator, runtime: str) -> None:
    refused = create(emulator, CODE, runtime=runtime)
    assert (refused.status_code, refused.body["code"]) == (400, "BAD_REQUEST")
    assert runtime in refused.body["message"]
    alternatives = (RUNTIME, "python3.13", "nodejs16.x")
    assert any(alternative in refused.body["message"] for alternative in alternatives)
    assert state(emulator) == [[], [], [], []]


SEED_REPLY = {"message": "This plugin has no code of its own yet"}


def seed_reply(emulator: Emulator) -> Any:
    """What a plugin says at its own address."""
    url = emulator.call("GET", DEMO).body["endpointUrl"]
    return Client(emulator.url).call("GET", url.removeprefix(emulator.url)).body


def test_without_runtime_and_code_a_plugin_has_the_guides_default_and_its_seed(emulator: Emulator) -> None:
    nearest_runtime()
    made = create(emulator, runtime=None, subscriptions={"interceptions": [interception("PRE_REQUEST", CREATE)]})
    assert (made.status_code, made.body["runtime"], made.body["handler"]) == (201, "nodejs16.x", "index.handler")
    assert emulator.call("POST", PATIENTS, json=ADA).status_code == 201
    assert seed_reply(emulator) == SEED_REPLY
    assert [invocation["error"] for invocation in emulator.invocations("demo")] == [None, None]


def test_a_runtime_that_is_left_out_and_cannot_be_had_is_named(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes, "_all_installed", lambda *_: iter(()))
    monkeypatch.setattr(nodes, "_chosen", {})
    refused = create(emulator, runtime=None)
    assert (refused.status_code, refused.body["code"]) == (400, "BAD_REQUEST")
    assert refused.body["message"] == (
        "The field [runtime] is nodejs16.x where it is left out, which cannot be served: No Node.js was found on this "
        "machine: install Node.js 16, so that the command `node` runs it"
    )
    assert state(emulator) == [[], [], [], []]


def test_the_seed_follows_the_language_of_the_runtime_and_code_of_ones_own_stays(emulator: Emulator) -> None:
    node = nearest_runtime()
    create(emulator)
    languages = [RUNTIME, node, RUNTIME]
    for runtime in languages:
        reply = patch(emulator, {"runtime": runtime})
        assert (reply.status_code, reply.body["runtime"], reply.body["version"]) == (200, runtime, 1)
        assert seed_reply(emulator) == SEED_REPLY
    assert patch(emulator, {"version": 2}, CODE).status_code == 200
    assert seed_reply(emulator) == {"n": 1}
    assert patch(emulator, {"runtime": node}).status_code == 200
    assert seed_reply(emulator) != SEED_REPLY
    assert emulator.invocations("demo")[-1]["error"]["type"] == "Runtime.ImportModuleError"
    assert patch(emulator, {"runtime": RUNTIME}).status_code == 200
    assert seed_reply(emulator) == {"n": 1}


def test_where_another_version_stands_in_the_deployer_is_told(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path, _ = find_node(nearest_runtime())
    monkeypatch.setattr(nodes, "_all_installed", lambda *_: iter([nodes._Installed(path, "18.9.9")]))
    monkeypatch.setattr(nodes, "_chosen", {})
    told = create(emulator, runtime="nodejs20.x")
    notice = (
        "nodejs20.x is run by Node.js 18.9.9, the nearest to it on this machine: install Node.js 20 to have the same"
    )
    assert told.headers["warning"] == f'299 biot-emulator "{notice}"'
    assert caplog.messages == [f"Plugin-demo: {notice}"]
    assert patch(emulator, {"timeout": 5}).headers["warning"] == f'299 biot-emulator "{notice}"'
    assert "warning" not in patch(emulator, {"runtime": "nodejs18.x"}).headers


def test_an_update_keeps_what_it_does_not_mention_and_clears_what_is_empty(emulator: Emulator) -> None:
    pre, post = interception("PRE_REQUEST", CREATE), interception("POST_REQUEST", CREATE)
    told = {"entityTypeName": "patient", "actionName": "_create"}
    full = create(
        emulator,
        environmentVariables={"A1": "1", "B2": "2"},
        subscriptions={"interceptionOrder": 3, "interceptions": [pre], "notifications": [told]},
        cronSchedule="0 0 * * ? *",
        cors={"allowOrigins": ["https://a.example"], "exposeHeaders": ["x-a"]},
    ).body

    def changed(config: dict[str, Any]) -> dict[str, Any]:
        reply = patch(emulator, config)
        assert reply.status_code == 200, reply.body
        return {name: value for name, value in reply.body.items() if value != full[name] and name != "lastModifiedTime"}

    nothings: list[dict[str, Any]] = [
        {},
        {"subscriptions": None},
        {"subscriptions": {}},
        {"timeout": None},
        {"cors": {}},
        {"servicePrefix": "/x"},
    ]
    for nothing in nothings:
        assert changed(nothing) == {}
    assert len(emulator.search("/dispatcher/v1/hooks/interceptions")) == 1
    only_pre = {"interceptionOrder": 3, "interceptions": [pre], "notifications": []}
    assert changed({"subscriptions": {"notifications": []}}) == {"subscriptions": only_pre}
    assert emulator.search("/dispatcher/v1/hooks/notifications") == []
    only_post = {**only_pre, "interceptions": [post]}
    assert changed({"subscriptions": {"interceptions": [post]}}) == {"subscriptions": only_post}
    [found] = emulator.search("/dispatcher/v1/hooks/interceptions")
    assert (found["type"], found["executionOrder"]) == ("POST_REQUEST", 3)
    patch(emulator, {"subscriptions": full["subscriptions"]})
    assert changed({"environmentVariables": {"C3": "3"}}) == {"environmentVariables": {"C3": "3"}}
    assert changed({"environmentVariables": {}}) == {"environmentVariables": {}}
    cors = {**full["cors"], "exposeHeaders": []}
    patch(emulator, {"environmentVariables": full["environmentVariables"]})
    assert changed({"cors": {"exposeHeaders": []}}) == {"cors": cors}
    patch(emulator, {"cors": full["cors"], "cronSchedule": None})
    assert "cronSchedule" not in emulator.call("GET", DEMO).body


def test_an_update_cannot_rename_or_repackage(emulator: Emulator) -> None:
    create(emulator)
    for config in ({"name": "other"}, {"deploymentPackageType": "IMAGE"}):
        reply = patch(emulator, config)
        assert (reply.status_code, reply.body["code"]) == (400, "PLUGIN_REQUEST_VALIDATION_FAILED")
    for config in ({"name": "demo"}, {"name": "Plugin-demo"}, {"deploymentPackageType": "ZIP"}):
        assert patch(emulator, config).status_code == 200


def test_names_in_paths_have_the_prefix(emulator: Emulator) -> None:
    create(emulator)
    assert emulator.call("GET", f"{PLUGINS}/demo").status_code == 200
    assert send(emulator, "PUT", f"{PLUGINS}/demo", {"timeout": 5}).body["timeout"] == 5
    reply = emulator.call("DELETE", f"{PLUGINS}/demo")
    assert (reply.status_code, reply.body["code"]) == (404, "PLUGIN_NOT_FOUND")
    assert reply.body["details"] == {"pluginName": "demo"}
    assert "Plugin-" in reply.body["message"]
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        reply = send(emulator, method, f"{PLUGINS}/Plugin-other", {})
        assert (reply.status_code, reply.body["code"]) == (404, "PLUGIN_NOT_FOUND")
        assert reply.body["details"] == {"pluginName": "Plugin-other"}


def test_with_a_plugin_goes_everything_that_belongs_to_it(emulator: Emulator) -> None:
    told = {"entityTypeName": "patient", "actionName": "_create"}
    hooks = [interception("PRE_REQUEST", CREATE), interception("ADAPT_ENTITY", "patient")]
    made = create(emulator, CODE, subscriptions={"interceptions": hooks, "notifications": [told]}).body
    assert [len(found) for found in state(emulator)] == [1, 1, 2, 1]
    assert emulator.call("DELETE", DEMO).status_code == 204
    assert state(emulator) == [[], [], [], []]
    assert Client(emulator.url).call("GET", made["endpointUrl"].removeprefix(emulator.url)).status_code == 404
    assert emulator.call("POST", PATIENTS, json=ADA).status_code == 201
    assert create(emulator, CODE).status_code == 201


def test_without_code_a_plugin_has_the_platforms_own_which_changes_nothing(emulator: Emulator) -> None:
    hooks = [
        interception("PRE_REQUEST", CREATE),
        interception("ADAPT_ENTITY", "patient"),
        interception("POST_REQUEST", CREATE),
    ]
    told = {"entityTypeName": "patient", "actionName": "_create"}
    made = create(emulator, subscriptions={"interceptions": hooks, "notifications": [told]}).body
    patient = emulator.call("POST", PATIENTS, json={**ADA, "mrn": "7"})
    assert (patient.status_code, patient.body["mrn"]) == (201, "7")
    assert emulator.wait_for_notifications()
    assert [one["statusCode"] for one in emulator.invocations()] == [200, 200, 200, 200]
    assert all(one["difference"] in ([], None) for one in emulator.invocations())
    assert Client(emulator.url).call("GET", made["endpointUrl"].removeprefix(emulator.url)).status_code == 200
    assert patch(emulator, {"version": 2}, NEW_CODE).status_code == 200


def test_an_image_has_no_zip_and_what_cannot_be_run_fails_in_a_sentence(emulator: Emulator) -> None:
    image = {"deploymentPackageType": "IMAGE", "imageTag": "1700000000000", "runtime": None}
    for tag in ("1", "1700000000000"):
        emulator.push_image({"index.py": b""}, tag)
    reply = create(emulator, CODE, **image)
    assert reply.body["code"] == "PLUGIN_CODE_IS_NOT_SUPPORTED_FOR_IMAGE_DEPLOYMENT_PACKAGE_TYPE"
    made = create(emulator, **image)
    assert (made.status_code, made.body["runtime"], made.body["handler"]) == (201, None, None)
    assert "imageTag" not in made.body
    reply = patch(emulator, {"version": 2}, NEW_CODE)
    assert reply.body["code"] == "PLUGIN_CODE_IS_NOT_SUPPORTED_FOR_IMAGE_DEPLOYMENT_PACKAGE_TYPE"
    assert patch(emulator, {"imageTag": "1"}).body["code"] == "PLUGIN_VERSION_MUST_BE_LARGER_WHEN_UPDATING_CODE"
    assert patch(emulator, {"imageTag": "1", "version": 2}).body["version"] == 2
    assert patch(emulator, {"timeout": 7}).body["timeout"] == 7
    assert Client(emulator.url).call("GET", made.body["endpointUrl"].removeprefix(emulator.url)).status_code == 502
    [invocation] = emulator.invocations()
    assert "cannot be run here" in invocation["error"]["message"]


@pytest.mark.parametrize("runtime", ["nodejs20.x", "java21"])
def test_a_container_image_has_its_runtime_in_it(emulator: Emulator, runtime: str) -> None:
    emulator.push_image({}, "1")
    made = create(emulator, deploymentPackageType="IMAGE", imageTag="1", runtime=runtime)
    assert (made.status_code, made.body["runtime"]) == (201, None)
    changed = patch(emulator, {"runtime": runtime})
    assert (changed.status_code, changed.body["runtime"]) == (200, None)


@pytest.mark.parametrize("tag", ["", "x" * 129, {"a": 1}, 5])
def test_an_image_tag_is_a_text_of_some_length(emulator: Emulator, tag: Any) -> None:
    longest = {"deploymentPackageType": "IMAGE", "imageTag": "x" * 128}
    emulator.push_image({}, longest["imageTag"])
    refused = create(emulator, **{**longest, "imageTag": tag})
    assert (refused.status_code, refused.body["code"]) == (400, "BAD_REQUEST")
    assert "[imageTag]" in refused.body["message"]
    assert create(emulator, **longest).status_code == 201
    refused = patch(emulator, {"imageTag": tag, "version": 2})
    assert (refused.status_code, refused.body["code"]) == (400, "PLUGIN_REQUEST_VALIDATION_FAILED")
    assert emulator.call("GET", DEMO).body["version"] == 1


def test_a_large_configuration_works_and_so_does_a_part_with_a_type(emulator: Emulator) -> None:
    config = json.dumps({**MINIMAL, "unknown": "x" * 3_000_000})
    reply = emulator.call("POST", PLUGINS, form={"config": config.encode(), "code": CODE})
    assert reply.status_code == 201


def test_a_plugin_finds_the_platform_and_logs_in_to_it(emulator: Emulator) -> None:
    code = code_zip("""
        import json, os, urllib.request

        def call(path, body=None, **headers):
            data = None if body is None else json.dumps(body).encode()
            headers["content-type"] = "application/json"
            request = urllib.request.Request(os.environ["BIOT_BASE_URL"] + path, data, headers)
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)

        def handler(event, context):
            names = ("BIOT_SERVICE_USER_ID", "BIOT_SERVICE_USER_SECRET_KEY")
            credentials = dict(zip(("id", "secretKey"), (os.environ[name] for name in names)))
            token = call("/ums/v2/services/accessToken", credentials)["accessToken"]
            made = call("/device/v2/devices", {"_id": "d-1"}, authorization="Bearer " + token)
            return {"made": made["_id"], "app": os.environ["BIOT_APP_NAME"], "own": os.environ["OWN"],
                    "where": os.environ["BIOT_SERVICE_ENVIRONMENT"]}
    """)
    made = create(emulator, code, environmentVariables={"OWN": "1"}).body
    answer = Client(emulator.url).call("POST", made["endpointUrl"].removeprefix(emulator.url))
    assert answer.body == {"made": "d-1", "app": "Demo", "own": "1", "where": "local"}
    assert [one["_id"] for one in emulator.search("/device/v2/devices")] == ["d-1"]


class Unpacking:
    """Unpacking that takes until somebody lets it go on, in the place of a function of a module."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
        self.started, self.go_on = threading.Event(), threading.Event()
        self._unpack = getattr(module, name)
        monkeypatch.setattr(module, name, self)

    def __call__(self, *arguments: Any) -> Any:
        if not self.started.is_set():
            self.started.set()
            assert self.go_on.wait(60)
        return self._unpack(*arguments)


@pytest.mark.parametrize("package", ["IMAGE", "ZIP"])
def test_while_code_is_unpacked_other_plugins_are_changed(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    image = {"deploymentPackageType": "IMAGE", "imageTag": "1", "runtime": None}
    emulator.push_image({"index.py": b""}, "1")
    emulator.push_image({"index.py": b"2"}, "2")
    create(emulator, name="other", **image)
    slow: dict[str, Any] = {**image, "imageTag": "2"} if package == "IMAGE" else {}
    module, name = (unpacking, "unpack") if package == "IMAGE" else (code_folders, "extract_code")
    unpack, made = Unpacking(monkeypatch, module, name), list[Reply]()
    code = CODE if package == "ZIP" else None
    thread = threading.Thread(target=lambda: made.append(create(emulator, code, name="slow", **slow)))
    thread.start()
    try:
        assert unpack.started.wait(60)
        # The image is that which is just unpacked, and the last plugin that has it is deleted.
        assert create(emulator, NEW_CODE).status_code == 201
        assert patch(emulator, {"version": 2}, code_zip("x = 3")).status_code == 200
        assert emulator.call("DELETE", DEMO).status_code == 204
        assert emulator.call("DELETE", f"{PLUGINS}/Plugin-other").status_code == 204
        # Of two that are created at once, one is.
        assert create(emulator, NEW_CODE, name="slow").status_code == 201
        assert emulator.call("DELETE", f"{PLUGINS}/Plugin-slow").status_code == 204
        assert made == []
    finally:
        unpack.go_on.set()
        thread.join()
    assert made[0].status_code == 201, made[0].body
    [plugin] = emulator.platform.plugins
    assert plugin.full_name == "Plugin-slow"
    if package == "IMAGE":
        assert create(emulator, **{**slow, "name": "second"}).status_code == 201


def test_a_call_that_finds_a_plugin_just_before_it_is_changed_is_for_what_it_is_now(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = create(emulator, CODE).body["endpointUrl"]
    hold, number = CodeInUse.hold, iter(range(2, 10))

    def hold_late(in_use: CodeInUse, plugin: Plugin) -> AbstractContextManager[None]:
        # It is changed between look-up and hold, twice, and others are.
        if (version := next(number)) < 4:
            code = code_zip(f"def handler(event, context): return {{'n': {version}}}")
            assert patch(emulator, {"version": version}, code).status_code == 200
        return hold(in_use, plugin)

    monkeypatch.setattr(CodeInUse, "hold", hold_late)
    reply = Client(emulator.url).call("GET", url.removeprefix(emulator.url))
    assert (reply.status_code, reply.body) == (200, {"n": 3})
    root = emulator.platform.plugins._code._folders.root
    assert len([*root.iterdir()]) == len(emulator.platform.store.file_ids()) == 1


def test_a_change_succeeds_where_the_code_of_before_cannot_be_removed(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise DataUnavailable("The disk is full")

    create(emulator, CODE)
    with monkeypatch.context() as failing:
        failing.setattr(Store, "delete_file", fail)
        assert patch(emulator, {"version": 2}, NEW_CODE).status_code == 200
    assert "could not be removed: The disk is full" in caplog.text
    assert sorted(emulator.platform.store.file_ids()) == sorted([code_id(CODE), code_id(NEW_CODE)])
    create(emulator, NEW_CODE, name="other")
    emulator.call("DELETE", f"{PLUGINS}/Plugin-other")
    assert emulator.platform.store.file_ids() == [code_id(NEW_CODE)]


def test_of_two_plugins_that_are_created_at_once_the_second_is_refused_and_leaves_nothing(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpack, made = Unpacking(monkeypatch, code_folders, "extract_code"), list[Reply]()
    thread = threading.Thread(target=lambda: made.append(create(emulator, CODE)))
    thread.start()
    try:
        assert unpack.started.wait(60)
        assert create(emulator, NEW_CODE).status_code == 201
        before = state(emulator)
    finally:
        unpack.go_on.set()
        thread.join()
    assert made[0].body["code"] == "PLUGIN_EXISTS_BY_NAME"
    assert state(emulator) == before
    root = emulator.platform.plugins._code._folders.root
    assert [folder.name for folder in root.iterdir()] == [code_id(NEW_CODE)]


def test_the_last_plugin_with_an_image_is_deleted_while_another_unpacks_it(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = {"deploymentPackageType": "IMAGE", "imageTag": "1", "runtime": None}
    emulator.push_image({"index.py": b""}, "1")
    create(emulator, name="other", **image)
    # Somebody has removed its folder, so that it is unpacked again.
    emulator.platform.plugins._images._unpacked.clear()
    unpack, made = Unpacking(monkeypatch, unpacking, "unpack"), list[Reply]()
    thread = threading.Thread(target=lambda: made.append(create(emulator, **image)))
    thread.start()
    try:
        assert unpack.started.wait(60)
        assert emulator.call("DELETE", f"{PLUGINS}/Plugin-other").status_code == 204
    finally:
        unpack.go_on.set()
        thread.join()
    assert made[0].status_code == 201, made[0].body
    assert create(emulator, **{**image, "name": "third"}).status_code == 201
