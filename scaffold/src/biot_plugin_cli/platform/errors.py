"""Errors of the platform, each explained by one sentence that says what to do (contract section 6.6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from biot_plugin_cli.errors import PlatformRefused, PlatformUnreachable
from biot_plugin_cli.http.json_document import read_json
from biot_plugin_cli.terminal.plain_text import one_sentence, visible
from biot_plugin_cli.terminal.redaction import redact

__all__ = ["AnswerLost", "EndlessSearch", "NotThePlatform", "OtherPlugin", "Refusal", "Unreachable", "parse_refusal"]


_MAX_READ, _MAX_WORDS = 10_000, 1000


class Unreachable(PlatformUnreachable):
    """The request did not reach the platform: nothing was changed."""


class NotThePlatform(Unreachable):
    """There was a response, but not one of the platform.

    Args:
        base_url: The URL that responded.
        reason: What is wrong with the response; empty if it is something else altogether.
    """

    def __init__(self, base_url: str, reason: str = "") -> None:
        why = f" ({reason})" if reason else ""
        super().__init__(f"The response of {base_url} is not one of the BioT platform{why}: check the base URL")


class EndlessSearch(Unreachable):
    """The pages of a search do not end.

    Args:
        path: The path of the API.
        reason: What shows it.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"The results of {path} do not end, {reason}: try again, and check the base URL")


class AnswerLost(PlatformUnreachable):
    """There was no response: the platform may have completed the request."""


class OtherPlugin(PlatformRefused):
    """The platform responded with another plugin than the requested one.

    Args:
        requested: The name that was requested.
        responded: The name in the response.
    """

    def __init__(self, requested: str, responded: str) -> None:
        shown = visible(responded[:_MAX_WORDS])
        super().__init__(
            f"The platform responded with another plugin, '{shown}' instead of '{requested}': compare the name in "
            "pyproject.toml with biot-plugin list"
        )


class Refusal(PlatformRefused):
    """The platform responded with an error.

    Attributes:
        status_code: The HTTP status.
        details: The details of the error body.
    """

    def __init__(
        self, message: str, status_code: int, code: str = "", details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.code = code
        self.details = details or {}


_MESSAGES = {
    "ACCESS_DENIED": "This user lacks the permission: grant it, or log in as another user",
    "AWS_EXCEPTION": "AWS rejected the function ({className}): check runtime, handler, sizes and schedule",
    "ENVIRONMENT_VARIABLES_CANNOT_START_WITH_RESERVED_PREFIX": (
        "The environment variable {environmentVariable} has a reserved name: rename it, it must not begin with "
        "{reservedPrefix}"
    ),
    "GATEWAY_TIMEOUT": "The platform took too long to respond: run biot-plugin status, then try again",
    "INTERCEPTION_CONFIGURATION_NOT_FOUND": (
        "No API or entity type can be intercepted with the {fieldName} {value}: correct it where it is declared, "
        "biot-plugin check --online names the line"
    ),
    "INTERCEPTION_MUST_HAVE_CORRECT_API_ID_NULL_VALUE_FOR_TYPE": (
        "An interception of type {type} needs an apiId that is {correctValue}, not {apiId}: declare it with "
        "pre_request or post_request for an API, and with adapt_entity for an entity type"
    ),
    "INTERCEPTION_ORDER_CANNOT_BE_RESERVED_ORDER": "The order {order} is reserved by the platform: choose another one",
    "INTERNAL_SERVER_ERROR": "Internal error of the platform: run biot-plugin status, then try again",
    "LOGIN_FAILED": "The user name, the service id or the secret is wrong: correct the credentials",
    "PLUGIN_CODE_IS_NOT_SUPPORTED_FOR_IMAGE_DEPLOYMENT_PACKAGE_TYPE": (
        "The plugin on the platform is a container image and cannot be updated with a zip: choose another name, or "
        "run biot-plugin delete first"
    ),
    "PLUGIN_EXISTS_BY_NAME": "The plugin {pluginName} already exists: run deploy again to update it",
    "PLUGIN_IMAGE_TAG_NOT_FOUND": (
        "The platform does not find the image in its registry any more: run this command again, which pushes it"
    ),
    "PLUGIN_NOT_FOUND": "No plugin {pluginName} on the platform: deploy it first, or see biot-plugin list",
    "PLUGIN_REQUEST_VALIDATION_FAILED": (
        "The platform rejected the configuration ({message}): correct it, biot-plugin config shows it"
    ),
    "PLUGIN_ROLLBACK_FAILED": (
        "The platform failed and could not undo its changes: inspect the plugin with biot-plugin status and in the "
        "console before anything else"
    ),
    "PLUGIN_VERSION_MUST_BE_LARGER_WHEN_UPDATING_CODE": (
        "The platform already has version {currentVersion}, and {requestVersion} is not newer: somebody else has "
        "deployed in the meantime, run deploy again"
    ),
    "PLUGIN_VERSION_MUST_NOT_BE_CHANGED_WHEN_NOT_UPDATING_CODE": (
        "The platform has version {currentVersion} and does not change it to {requestVersion} without new code: "
        "somebody else has deployed in the meantime, run deploy again"
    ),
    "SERVICE_LOCKED": "The service user is not active: activate it, or log in as another user",
    "TOKEN_NOT_VALID": "The platform rejected the access token: try again",
    "USER_LOCKED": "The user is disabled: enable it, or log in as another user",
}


class _Details(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return f"[{name}]"


def parse_refusal(status_code: int, content: bytes, hide: Callable[[str], str] = str) -> Refusal:
    """Create the error of a response.

    Args:
        status_code: The HTTP status.
        content: The body: the platform's error body, or that of a gateway, proxy or firewall.
        hide: Hides in the platform's words what must not be printed.
    """
    body = _parse_body(content)

    def words(value: object) -> str:
        """Show what the platform says as a part of one sentence."""
        text = one_sentence(redact(hide(value[:_MAX_READ]))) if isinstance(value, str) else ""
        return text if len(text) <= _MAX_WORDS else f"{text[:_MAX_WORDS]}…"

    code, message, trace_id = words(body.get("code")), words(body.get("message")), words(body.get("traceId"))
    details = body["details"] if isinstance(body.get("details"), dict) else {}
    details = {name: value if isinstance(value, int) else words(str(value)) for name, value in details.items()}
    trace = f" (trace {trace_id})" if trace_id else ""
    if code in _MESSAGES:
        text = _MESSAGES[code].format_map(_Details(details, message=message.rstrip(".") or "no reason given"))
    elif message:
        text = f"The platform rejected the request: {message}"
    else:
        text = _explain_status(status_code)
    return Refusal(f"{text.rstrip('.')}{trace}", status_code, code, details)


def _parse_body(content: bytes) -> dict[str, Any]:
    try:
        body = read_json(content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _explain_status(status_code: int) -> str:
    if status_code == 403:
        return "Access to the platform was blocked (403): check for a firewall or a proxy in between"
    if status_code >= 500:
        return f"The platform responded with {status_code}: run biot-plugin status, then try again"
    return f"The platform responded with {status_code} and no reason: check the base URL"
