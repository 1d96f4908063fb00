"""What the platform says no with, in one sentence that says what to do (contract section 6.6)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from biot_plugin_cli.errors import PlatformRefused, PlatformUnreachable

__all__ = ["AnswerLost", "NotThePlatform", "Refusal", "Unreachable", "refusal"]


class Unreachable(PlatformUnreachable):
    """The platform was not reached: nothing was done."""


class NotThePlatform(Unreachable):
    """Somebody answered, but not as the platform does.

    Args:
        base_url: Where.
    """

    def __init__(self, base_url: str) -> None:
        super().__init__(f"{base_url} does not answer as the platform does: see that it is the base url of its APIs")


class AnswerLost(PlatformUnreachable):
    """The platform may have done what was asked, and its answer is not here."""


class Refusal(PlatformRefused):
    """The platform has answered, and refused.

    Attributes:
        status_code: The HTTP status.
        details: What belongs to it.
    """

    def __init__(
        self, sentence: str, status_code: int, code: str = "", details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(sentence)
        self.status_code = status_code
        self.code = code
        self.details = details or {}


_SENTENCES = {
    "ACCESS_DENIED": "The platform does not let this user do that: give it the permission, or log in as another one",
    "AWS_EXCEPTION": (
        "The cloud refused it with {className}: see that runtime, handler, sizes and schedule are such as AWS takes"
    ),
    "ENVIRONMENT_VARIABLES_CANNOT_START_WITH_RESERVED_PREFIX": (
        "The environment variable {environmentVariable} has a name of the platform's own: rename it, as it must not "
        "begin with {reservedPrefix}"
    ),
    "GATEWAY_TIMEOUT": "The platform took too long to answer: run biot-plugin status, then try again",
    "INTERCEPTION_CONFIGURATION_NOT_FOUND": (
        "Nothing that can be intercepted has the {fieldName} {value}: correct it where it is "
        "declared, biot-plugin check --online names the line"
    ),
    "INTERCEPTION_MUST_HAVE_CORRECT_API_ID_NULL_VALUE_FOR_TYPE": (
        "An interception of type {type} must have an apiId that is {correctValue}, not {apiId}: declare it with "
        "pre_request or post_request for an API, and with adapt_entity for an entity type"
    ),
    "INTERCEPTION_ORDER_CANNOT_BE_RESERVED_ORDER": "The order {order} is the platform's own: choose another one",
    "INTERNAL_SERVER_ERROR": "The platform failed: run biot-plugin status, then try again",
    "LOGIN_FAILED": "The user name, the service id or the secret is wrong: correct the credentials",
    "PLUGIN_CODE_IS_NOT_SUPPORTED_FOR_IMAGE_DEPLOYMENT_PACKAGE_TYPE": (
        "The plugin on the platform is a container image, which takes no zip: choose another name, or remove "
        "it with biot-plugin delete first"
    ),
    "PLUGIN_EXISTS_BY_NAME": "A plugin {pluginName} is there already: run deploy again to update it",
    "PLUGIN_IMAGE_TAG_NOT_FOUND": "The platform has no image with this tag: push the image first",
    "PLUGIN_NOT_FOUND": "There is no plugin {pluginName} on the platform: deploy it first, or see biot-plugin list",
    "PLUGIN_REQUEST_VALIDATION_FAILED": (
        "The platform does not take the configuration: {message}; correct it, biot-plugin config shows it"
    ),
    "PLUGIN_ROLLBACK_FAILED": (
        "The platform failed, and could not undo what it had begun: look at the plugin with biot-plugin status and in "
        "the console before anything else"
    ),
    "PLUGIN_VERSION_MUST_BE_LARGER_WHEN_UPDATING_CODE": (
        "The platform has version {currentVersion} already, which is not older than {requestVersion}: somebody else "
        "has deployed meanwhile, run deploy again"
    ),
    "PLUGIN_VERSION_MUST_NOT_BE_CHANGED_WHEN_NOT_UPDATING_CODE": (
        "The platform has version {currentVersion} and would not change it to {requestVersion} without new code: "
        "somebody else has deployed meanwhile, run deploy again"
    ),
    "SERVICE_LOCKED": "The service user is not active: activate it, or log in as another one",
    "TOKEN_NOT_VALID": "The platform does not take the token any more: try again",
    "USER_LOCKED": "The user is disabled: enable it, or log in as another one",
}


class _Details(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return f"[{name}]"


def refusal(status_code: int, content: bytes) -> Refusal:
    """Make the error of an answer.

    Args:
        status_code: Its HTTP status.
        content: Its body: the platform's error body, or what stands in the way of the platform has to say.
    """
    body = _body(content)
    code, message = str(body.get("code") or ""), str(body.get("message") or "")
    details = body["details"] if isinstance(body.get("details"), dict) else {}
    trace = f" (trace {body['traceId']})" if body.get("traceId") else ""
    if code in _SENTENCES:
        sentence = _SENTENCES[code].format_map(_Details(details, message=message.rstrip(".") or "it does not say why"))
    elif message:
        sentence = f"The platform refused it: {message}"
    else:
        sentence = _unexplained(status_code)
    return Refusal(f"{sentence.rstrip('.')}{trace}", status_code, code, details)


def _body(content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _unexplained(status_code: int) -> str:
    if status_code == 403:
        return "Something before the platform refused the call with 403: see whether a firewall or a proxy stands there"
    if status_code >= 500:
        return f"The platform answered {status_code}: run biot-plugin status, then try again"
    return f"The platform answered {status_code} and does not say why: see that the base url is that of its APIs"
