"""What the platform refuses with, in a sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from biot_plugin_cli.errors import PlatformRefused
from biot_plugin_cli.platform.errors import parse_refusal
from tests.scaffold.support import CHECKOUT

SETTINGS = CHECKOUT.parent / "shared" / "platform-api" / "settings-2.4.2.json"

#: Code, status, details, and what the sentence must say of them.
CODES: list[tuple[str, int, dict[str, Any], tuple[str, ...]]] = [
    (
        "ENVIRONMENT_VARIABLES_CANNOT_START_WITH_RESERVED_PREFIX",
        400,
        {"environmentVariable": "BIOT_X", "reservedPrefix": "BIOT_"},
        ("BIOT_X", "rename it", "must not begin with BIOT_"),
    ),
    (
        "INTERCEPTION_MUST_HAVE_CORRECT_API_ID_NULL_VALUE_FOR_TYPE",
        400,
        {"type": "ADAPT_ENTITY", "correctValue": "null", "apiId": "POST/x"},
        ("ADAPT_ENTITY", "null", "POST/x", "adapt_entity for an entity type"),
    ),
    ("INTERCEPTION_ORDER_CANNOT_BE_RESERVED_ORDER", 400, {"order": 7, "reservedOrder": 7}, ("7", "another")),
    (
        "PLUGIN_CODE_IS_NOT_SUPPORTED_FOR_IMAGE_DEPLOYMENT_PACKAGE_TYPE",
        400,
        {},
        ("container image", "another name", "biot-plugin delete"),
    ),
    (
        "PLUGIN_VERSION_MUST_BE_LARGER_WHEN_UPDATING_CODE",
        400,
        {"currentVersion": 5, "requestVersion": 4},
        ("version 5", "4", "deploy again"),
    ),
    (
        "PLUGIN_VERSION_MUST_NOT_BE_CHANGED_WHEN_NOT_UPDATING_CODE",
        400,
        {"currentVersion": 5, "requestVersion": 6},
        ("version 5", "6", "deploy again"),
    ),
    ("PLUGIN_REQUEST_VALIDATION_FAILED", 400, {}, ("[timeout] is wrong): correct it", "biot-plugin config")),
    ("TOKEN_NOT_VALID", 401, {}, ("token", "try again")),
    ("ACCESS_DENIED", 403, {}, ("permission",)),
    ("LOGIN_FAILED", 403, {}, ("correct the credentials",)),
    ("SERVICE_LOCKED", 401, {}, ("activate it",)),
    ("PLUGIN_NOT_FOUND", 404, {"pluginName": "Plugin-x"}, ("Plugin-x", "deploy it first")),
    (
        "INTERCEPTION_CONFIGURATION_NOT_FOUND",
        404,
        {"value": "robot", "fieldName": "entityTypeName"},
        ("robot", "entityTypeName", "correct it", "check --online names the line"),
    ),
    ("PLUGIN_IMAGE_TAG_NOT_FOUND", 404, {}, ("run this command again, which pushes it",)),
    ("PLUGIN_EXISTS_BY_NAME", 409, {"pluginName": "x"}, ("x", "deploy again")),
    ("AWS_EXCEPTION", 500, {"className": "InvalidParameterValueException"}, ("InvalidParameterValueException",)),
    ("PLUGIN_ROLLBACK_FAILED", 500, {"apiName": "update"}, ("could not undo", "biot-plugin status")),
    ("INTERNAL_SERVER_ERROR", 500, {}, ("biot-plugin status",)),
    ("GATEWAY_TIMEOUT", 504, {}, ("biot-plugin status",)),
]


def body(code: str, details: dict[str, Any]) -> bytes:
    document = {"code": code, "message": "The field [timeout] is wrong.", "traceId": "abc123", "details": details}
    return json.dumps(document).encode()


@pytest.mark.parametrize(("code", "status", "details", "expected"), CODES, ids=[one[0] for one in CODES])
def test_each_code_is_one_sentence_that_says_what_to_do(
    code: str, status: int, details: dict[str, Any], expected: tuple[str, ...]
) -> None:
    error = parse_refusal(status, body(code, details))
    assert isinstance(error, PlatformRefused)
    assert (error.exit_code, error.status_code, error.code, dict(error.details)) == (5, status, code, details)
    sentence = str(error)
    assert all(part in sentence for part in expected), sentence
    assert sentence.endswith("(trace abc123)")
    assert "{" not in sentence
    assert "\n" not in sentence
    # A platform that leaves the details out is understood too.
    assert "Traceback" not in str(parse_refusal(status, body(code, {})))


@pytest.mark.skipif(not SETTINGS.exists(), reason=f"the platform's published description is not at {SETTINGS}")
def test_no_published_code_of_the_plugins_apis_is_missing() -> None:
    paths = json.loads(SETTINGS.read_text(encoding="utf-8"))["paths"]
    of_plugins = {path: calls for path, calls in paths.items() if path.startswith("/v2/plugins")}
    text = json.dumps(of_plugins)
    known = {code for code, *_ in CODES}
    published = {
        word
        for word in text.replace("\\n", " ").replace("*", " ").replace("|", " ").replace("`", " ").split()
        if word.isupper()
        and "_" in word
        and word.replace("_", "").isalpha()
        and word.startswith(("PLUGIN_", "INTERCEPTION_"))
    }
    assert published - {"PLUGIN_"} <= known


@pytest.mark.parametrize(
    ("status", "content", "expected"),
    [
        (403, b"<html>blocked</html>", "firewall"),
        (502, b"<html>bad gateway</html>", "biot-plugin status"),
        (418, b"", "base URL"),
        (400, b'{"code": "SOMETHING_NEW", "message": "It is new."}', "It is new"),
        (400, b'["?"]', "no reason"),
        (400, b'{"code": 7, "details": [], "message": null}', "no reason"),
    ],
)
def test_whatever_else_stands_in_the_way_is_a_sentence_too(status: int, content: bytes, expected: str) -> None:
    assert expected in str(parse_refusal(status, content))
