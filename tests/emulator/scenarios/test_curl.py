"""A clean start, and nothing but curl."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.errors import SandboxUnavailable
from biot_emulator.runtime.pythons import find_python
from biot_emulator.services.settings.configured_subscriptions import RESERVED_ORDER
from tests.emulator.conftest import ADA, PATIENTS, code_zip
from tests.emulator.program.test_serve import serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed"),
]

PLUGINS = "/settings/v2/plugins"
JSON = ("-H", "content-type: application/json")

#: Shows what it was deployed with to whoever makes a patient, and is told of it afterwards.
CODE = """
import json, os, sys

def main(event, context):
    if event["headers"]["hooktype"] == "NOTIFICATION":
        return "told"
    response = json.loads(event["body"])["response"]
    response["body"]["seen"] = ["MARK", os.environ["var1"], "python{}.{}".format(*sys.version_info)]
    return {"response": response}
"""


def curl(*arguments: str) -> tuple[int, Any]:
    """Run curl; give the status and the body."""
    command = ["curl", "--silent", "--show-error", "--max-time", "30", "--write-out", "\n%{http_code}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    body, _, status = done.stdout.rpartition("\n")
    return int(status), json.loads(body) if body else None


def test_a_person_logs_in_and_keeps_patients() -> None:
    with serving() as (url, lines):
        username, password = lines[0].removeprefix("administrator ").split(" with password ")
        log_in = json.dumps({"username": username, "password": password})
        status, body = curl(f"{url}/ums/v2/users/login", *JSON, "--data", log_in)
        assert status == 200
        bearer = ("-H", f"authorization: Bearer {body['accessJwt']['token']}")

        ada = '{"_name": {"firstName": "Ada", "lastName": "Lovelace"}, "mrn": " 7 "}'
        status, made = curl(url + PATIENTS, *bearer, *JSON, "--data", ada)
        assert (status, made["_name"]["firstName"], made["mrn"]) == (201, "Ada", " 7 ")
        one = f"{url}{PATIENTS}/{made['_id']}"

        status, changed = curl("-X", "PATCH", one, *bearer, *JSON, "--data", '{"mrn": "8"}')
        assert (status, changed["mrn"], changed["_name"]) == (200, "8", made["_name"])
        search = 'searchRequest={"filter": {"mrn": {"eq": "8"}}, "limit": 1}'
        status, page = curl("--get", url + PATIENTS, *bearer, "--data-urlencode", search)
        assert (status, [patient["_id"] for patient in page["data"]]) == (200, [made["_id"]])
        assert page["metadata"]["page"] == {"totalResults": 1, "page": 0, "limit": 1}

        assert curl("-X", "DELETE", one, *bearer) == (204, None)
        status, refused = curl(one, *bearer)
        assert (status, refused["code"]) == (404, "USER_NOT_FOUND")
        assert refused["details"]["id"] == made["_id"]


def test_what_is_refused_says_why() -> None:
    with serving() as (url, lines):
        username, password = lines[0].removeprefix("administrator ").split(" with password ")
        log_in = json.dumps({"username": username, "password": password})
        token = curl(f"{url}/ums/v2/users/login", *JSON, "--data", log_in)[1]["accessJwt"]["token"]
        bearer = ("-H", f"authorization: Bearer {token}")
        trace = ("-H", "traceparent: 00-0123456789abcdef0123456789abcdef-0123456789abcdef-01")

        status, refused = curl(url + PATIENTS, *trace)
        assert (status, refused["code"], refused["traceId"]) == (
            401,
            "TOKEN_NOT_VALID",
            "0123456789abcdef0123456789abcdef",
        )
        header, payload, signature = token.split(".")
        forged = f"{header}.{payload}.{signature[:-8]}AAAAAAAA"
        assert curl(url + PATIENTS, "-H", f"authorization: Bearer {forged}")[0] == 401
        for body in ("{", "[]", "null"):
            status, refused = curl(url + PATIENTS, *bearer, *JSON, "--data", body)
            assert (status, refused["serviceName"]) == (400, "Organization Service")
        status, refused = curl(f"{url}/ums/v2/users/login", *JSON, "--data", log_in.replace(password, "guess"))
        assert (status, refused["code"]) == (403, "LOGIN_FAILED")
        status, refused = curl(f"{url}/settings/v9/nothing", *bearer)
        assert (status, refused["code"], refused["environment"]) == (404, "NOT_FOUND", "local")


def one_of_each_kind() -> dict[str, Any]:
    """The configuration that the platform's documentation sends, where even numbers are texts."""
    hook = {"type": "POST_REQUEST", "apiId": f"POST{PATIENTS}", "entityTypeName": "patient", "order": "5"}
    return {
        "name": "demo_plugin",
        "displayName": "Demo Plugin",
        "version": "2",
        "timeout": 10,
        "handler": "index.main",
        "runtime": documented_runtime(),
        "environmentVariables": {"var1": "val1", "var2": "val2", "var3": "val3"},
        "subscriptions": {
            "interceptionOrder": "2",
            "interceptions": [hook],
            "notifications": [{"entityTypeName": "patient", "actionName": "_create"}],
        },
    }


def documented_runtime() -> str:
    try:
        find_python("python3.10")
    except SandboxUnavailable:
        return "python{}.{}".format(*sys.version_info)
    return "python3.10"


@contextmanager
def deploying(folder: Path) -> Iterator[tuple[str, tuple[str, str], Callable[..., tuple[int, Any]]]]:
    """Serve; give the address, the header of a person who may do all, and what sends a form as that person."""
    (folder / "hw.zip").write_bytes(code_zip(CODE.replace("MARK", "first")))
    with serving() as (url, lines):
        username, password = lines[0].removeprefix("administrator ").split(" with password ")
        log_in = json.dumps({"username": username, "password": password})
        token = curl(f"{url}/ums/v2/users/login", *JSON, "--data", log_in)[1]["accessJwt"]["token"]
        bearer = ("-H", f"authorization: Bearer {token}")

        def send(
            method: str, path: str, config: Any, code: str | None = "hw.zip", who: tuple[str, ...] = bearer
        ) -> tuple[int, Any]:
            zip_file = ("-F", f"code=@{folder / code};type=application/x-zip-compressed") if code else ()
            form = (*zip_file, "-F", f"config={json.dumps(config, indent=3)}")
            return curl("-X", method, f"{url}{PLUGINS}{path}", *who, *form)

        yield url, bearer, send


def test_a_person_deploys_changes_and_removes_a_plugin(tmp_path: Path) -> None:
    config = one_of_each_kind()
    with deploying(tmp_path) as (url, bearer, send):
        status, made = send("POST", "", config)
        assert status == 201
        assert (made["name"], made["displayName"], made["version"]) == ("demo_plugin", "Demo Plugin", 2)
        assert (made["timeout"], made["handler"], made["runtime"]) == (10, "index.main", config["runtime"])
        assert made["environmentVariables"] == config["environmentVariables"]
        [hook] = config["subscriptions"]["interceptions"]
        assert made["subscriptions"] == {
            "interceptionOrder": 2,
            "interceptions": [{**hook, "order": 5}],
            "notifications": config["subscriptions"]["notifications"],
        }
        assert (made["enabledState"], made["deploymentPackageType"]) == ("ENABLED", "ZIP")
        assert made["endpointUrl"].startswith("http")
        assert made["linkToConsole"].startswith("http")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", made["creationTime"])
        assert made["lastModifiedTime"] == made["creationTime"]

        def new_patient() -> dict[str, Any]:
            status, patient = curl(url + PATIENTS, *bearer, *JSON, "--data", json.dumps(ADA))
            assert status == 201
            return dict(patient)

        def invocations() -> list[dict[str, Any]]:
            assert curl("-X", "POST", f"{url}/_emulator/notifications/wait", *bearer)[1] == {"done": True}
            return list(curl(f"{url}/_emulator/invocations", *bearer)[1]["data"])

        assert new_patient()["seen"] == ["first", "val1", config["runtime"]]
        notified, intercepted = invocations()
        assert (notified["kind"], notified["hook"], notified["reply"]) == ("NOTIFICATION", "patient _create", "told")
        assert (intercepted["kind"], intercepted["hook"]) == ("POST_REQUEST", f"POST{PATIENTS}")
        assert intercepted["input"]["headers"]["hooktype"] == "INTERCEPTOR_POST"
        assert {one["statusCode"] for one in (notified, intercepted)} == {200}

        for method, version in (("PUT", "3"), ("PATCH", "4")):
            (tmp_path / "hw.zip").write_bytes(code_zip(CODE.replace("MARK", method)))
            status, changed = send(method, "/Plugin-demo_plugin", {**config, "version": version})
            assert (status, changed["version"], changed["subscriptions"]) == (200, int(version), made["subscriptions"])
            assert (changed["endpointUrl"], changed["creationTime"]) == (made["endpointUrl"], made["creationTime"])
            assert new_patient()["seen"] == [method, "val1", config["runtime"]]

        assert curl("-X", "DELETE", f"{url}{PLUGINS}/Plugin-demo_plugin", *bearer) == (204, None)
        assert curl(f"{url}{PLUGINS}/Plugin-demo_plugin", *bearer)[0] == 404
        assert curl(made["endpointUrl"])[0] == 404
        assert "seen" not in new_patient()
        assert len(invocations()) == 6


def wanting(**hook: Any) -> dict[str, Any]:
    """A configuration's part with one interception, a good one but for these fields."""
    good = {"type": "POST_REQUEST", "apiId": f"POST{PATIENTS}"}
    return {"subscriptions": {"interceptions": [{**good, **hook}]}}


NEW, KNOWN = ("POST", ""), ("PATCH", "/Plugin-demo_plugin")
PUT, UNKNOWN = ("PUT", "/Plugin-demo_plugin"), ("PATCH", "/Plugin-nobody")
OTHER, ZIP = {"name": "other"}, "hw.zip"
RESERVED = {"environmentVariable": "BIOT_TOKEN", "reservedPrefix": "BIOT_"}
IMAGE = {**OTHER, "deploymentPackageType": "IMAGE", "imageTag": "1"}

#: What is sent to what, with which code; the status, code and details that are answered.
REFUSALS: list[tuple[tuple[str, str], dict[str, Any], str | None, int, str, dict[str, Any]]] = [
    (NEW, {}, ZIP, 409, "PLUGIN_EXISTS_BY_NAME", {"pluginName": "demo_plugin"}),
    (NEW, {**OTHER, "environmentVariables": {"BIOT_TOKEN": "x"}}, ZIP, 400,
     "ENVIRONMENT_VARIABLES_CANNOT_START_WITH_RESERVED_PREFIX", RESERVED),
    (KNOWN, {"environmentVariables": {"BIOT_TOKEN": "x"}}, None, 400,
     "ENVIRONMENT_VARIABLES_CANNOT_START_WITH_RESERVED_PREFIX", RESERVED),
    (NEW, {**OTHER, **wanting(apiId=None)}, ZIP, 400, "INTERCEPTION_MUST_HAVE_CORRECT_API_ID_NULL_VALUE_FOR_TYPE",
     {"type": "POST_REQUEST", "correctValue": "not null", "apiId": None}),
    (KNOWN, wanting(type="ADAPT_ENTITY"), None, 400, "INTERCEPTION_MUST_HAVE_CORRECT_API_ID_NULL_VALUE_FOR_TYPE",
     {"type": "ADAPT_ENTITY", "correctValue": "null", "apiId": f"POST{PATIENTS}"}),
    (NEW, {**OTHER, **wanting(order=RESERVED_ORDER)}, ZIP, 400, "INTERCEPTION_ORDER_CANNOT_BE_RESERVED_ORDER",
     {"order": RESERVED_ORDER, "reservedOrder": RESERVED_ORDER}),
    (KNOWN, {"subscriptions": {"interceptionOrder": str(RESERVED_ORDER)}}, None, 400,
     "INTERCEPTION_ORDER_CANNOT_BE_RESERVED_ORDER", {"order": RESERVED_ORDER, "reservedOrder": RESERVED_ORDER}),
    (NEW, {**OTHER, **wanting(apiId="POST/no/v1/such")}, ZIP, 404, "INTERCEPTION_CONFIGURATION_NOT_FOUND",
     {"value": "POST/no/v1/such", "fieldName": "apiId"}),
    (KNOWN, wanting(type="ADAPT_ENTITY", apiId=None, entityTypeName="robot"), None, 404,
     "INTERCEPTION_CONFIGURATION_NOT_FOUND", {"value": "robot", "fieldName": "entityTypeName"}),
    (NEW, IMAGE, ZIP, 400, "PLUGIN_CODE_IS_NOT_SUPPORTED_FOR_IMAGE_DEPLOYMENT_PACKAGE_TYPE", {}),
    (KNOWN, {"version": "2"}, ZIP, 400, "PLUGIN_VERSION_MUST_BE_LARGER_WHEN_UPDATING_CODE",
     {"currentVersion": 2, "requestVersion": 2}),
    (PUT, {"version": 1}, ZIP, 400, "PLUGIN_VERSION_MUST_BE_LARGER_WHEN_UPDATING_CODE",
     {"currentVersion": 2, "requestVersion": 1}),
    (KNOWN, {"version": "3"}, None, 400, "PLUGIN_VERSION_MUST_NOT_BE_CHANGED_WHEN_NOT_UPDATING_CODE",
     {"currentVersion": 2, "requestVersion": 3}),
    (KNOWN, {"timeout": "901"}, None, 400, "PLUGIN_REQUEST_VALIDATION_FAILED", {}),
    (UNKNOWN, {}, None, 404, "PLUGIN_NOT_FOUND", {"pluginName": "Plugin-nobody"}),
    (("GET", "/Plugin-nobody"), {}, None, 404, "PLUGIN_NOT_FOUND", {"pluginName": "Plugin-nobody"}),
    (("DELETE", "/demo_plugin"), {}, None, 404, "PLUGIN_NOT_FOUND", {"pluginName": "demo_plugin"}),
]  # fmt: skip


def test_what_is_refused_of_plugins_says_why_and_changes_nothing(tmp_path: Path) -> None:
    with deploying(tmp_path) as (url, bearer, send):
        config = one_of_each_kind()
        made = send("POST", "", config)[1]
        for (method, path), changes, code, status, reason, details in REFUSALS:
            sent = {**config, **changes} if method == "POST" else changes
            answered, body = send(method, path, sent, code)
            assert (answered, body["code"], body["details"]) == (status, reason, details)
            assert body["message"]

        service = json.dumps({"roleId": str(uuid.UUID(int=9)), "type": "EXTERNAL_SERVICE"})
        service_user = curl(f"{url}/ums/v2/services", *bearer, *JSON, "--data", service)[1]
        credentials = {"id": service_user["id"], "secretKey": service_user["secretKeyData"]["secretKey"]}
        answer = curl(f"{url}/ums/v2/services/accessToken", *JSON, "--data", json.dumps(credentials))[1]
        powerless = ("-H", f"authorization: Bearer {answer['accessToken']}")
        for who, status, reason in (((), 401, "TOKEN_NOT_VALID"), (powerless, 403, "ACCESS_DENIED")):
            for method, path in (NEW, KNOWN, PUT, ("GET", KNOWN[1]), ("GET", ""), ("DELETE", KNOWN[1])):
                answered, body = send(method, path, config, who=who)
                assert (answered, body["code"]) == (status, reason)

        assert curl(f"{url}{PLUGINS}", *bearer)[1]["data"] == [made]
        services = curl(f"{url}/ums/v2/services", *bearer)[1]["data"]
        assert [one["name"] for one in services if one["id"] != service_user["id"]] == ["Plugin-demo_plugin"]
        assert len(curl(f"{url}/dispatcher/v1/hooks/interceptions", *bearer)[1]["data"]) == 1
