"""How the platform behaves where nobody publishes it; the defaults are what this project infers (contract section 12).

PlatformBehaviour
├── interceptors     order, events, how long they are waited for, and what becomes of calls when they fail
│   └── pre_request, adapt_entity, post_request: one Outcome for each failure
├── replies          what a PRE_REQUEST reply changes
├── notifications    when, how often and with what they are sent
├── plugins          variables, names, defaults, and what DISABLED does
├── limits           sizes and times
└── errors           status and code of refusals that are not published
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from biot_emulator.behaviour.constraints import Names, Range
from biot_emulator.behaviour.replies import Replies

__all__ = [
    "KNOWN_VARIABLES",
    "RELAY",
    "Errors",
    "FailureKind",
    "Failures",
    "HookName",
    "Interceptors",
    "Limits",
    "Notifications",
    "Outcome",
    "PlatformBehaviour",
    "Plugins",
    "Refusal",
]

_GREATEST_ORDER = 2**31 - 1
_MEGABYTE = 1024 * 1024

HookName = Literal["pre_request", "adapt_entity", "post_request"]
"""A kind of interceptor, as the field of its failures is called."""
FailureKind = Literal["refusal", "bad_gateway", "crash", "timeout", "no_answer", "bad_reply"]
"""A way in which an interceptor does not let a call pass, as its field is called."""

KNOWN_VARIABLES = (
    "BIOT_APP_NAME",
    "BIOT_BASE_URL",
    "BIOT_JWT_PERMISSION_INTERCEPTION",
    "BIOT_JWT_PERMISSION_NOTIFICATION",
    "BIOT_SERVICE_ENVIRONMENT",
    "BIOT_SERVICE_USER_ID",
    "BIOT_SERVICE_USER_SECRET_KEY",
    "BIOT_SHOULD_VALIDATE_JWT",
)
"""The platform's variables whose values can be made here (contract section 7.3), sorted."""


_Order = Annotated[int, Range(1, _GREATEST_ORDER)]
_Seconds = Annotated[int, Range(0, 900)]
_Variables = Annotated[tuple[str, ...], Names("BIOT_[A-Z0-9_]+", "a variable such as BIOT_BASE_URL")]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A response with the platform's error body.

    Attributes:
        status: Its HTTP status.
        code: The code in its body.
    """

    status: Annotated[int, Range(400, 599)] = 502
    code: Annotated[str, Names("[A-Z][A-Z0-9_]*", "a code such as BAD_GATEWAY")] = "BAD_GATEWAY"


Outcome = Literal["relay", "ignore"] | Refusal
"""What becomes of a call: it gets the plugin's own response, goes on as if the plugin were not there, or is refused."""

RELAY: Outcome = "relay"


@dataclass(frozen=True, slots=True)
class Failures:
    """What becomes of a call, for each way in which an interceptor does not let it pass.

    Attributes:
        refusal: It replies with a status of no success, but for 502.
        bad_gateway: It replies with 502 itself.
        crash: It raises, or its process ends; outside of the platform: it cannot be reached.
        timeout: It does not finish within its own `timeout`.
        no_answer: It does not finish within the time that the platform waits.
        bad_reply: It replies with success, and with what cannot be used.
    """

    refusal: Outcome = "relay"
    bad_gateway: Outcome = "relay"
    crash: Outcome = Refusal()
    timeout: Outcome = Refusal()
    no_answer: Literal["ignore"] | Refusal = Refusal()
    bad_reply: Outcome = Refusal()


@dataclass(frozen=True, slots=True)
class Interceptors:
    """How interceptors are called.

    Attributes:
        order: Which of two orders is called first.
        same_order: Who gets an order that is taken: whoever asks for it, or whoever has it.
        default_order: The order of a subscription at the dispatcher that gives none.
        reserved_order: The order that no plugin may have.
        status_text: How a status is written in events: `200 OK`, `OK`, or `200`.
        search_body: What POST_REQUEST receives of a search's response: the page, or the list of its entities.
        entities_without_body: What ADAPT_ENTITY receives where a response has no body: an empty list, null, or no call.
        wait_seconds: How long the platform waits for a reply; null for as long as the plugin takes.
        pre_request: What becomes of a call when a PRE_REQUEST interceptor does not let it pass.
        adapt_entity: The same for ADAPT_ENTITY.
        post_request: The same for POST_REQUEST.
    """

    order: Literal["ascending", "descending"] = "ascending"
    same_order: Literal["newcomer-first", "newcomer-last"] = "newcomer-first"
    default_order: _Order = 1
    reserved_order: _Order = _GREATEST_ORDER
    status_text: Literal["code-and-name", "name", "code"] = "code-and-name"
    search_body: Literal["page", "entities"] = "page"
    entities_without_body: Literal["empty", "null", "not-called"] = "empty"
    wait_seconds: Annotated[int, Range(1, 900)] | None = None
    pre_request: Failures = Failures()
    adapt_entity: Failures = Failures()
    post_request: Failures = Failures()


@dataclass(frozen=True, slots=True)
class Notifications:
    """When, how often and with what plugins are notified.

    Attributes:
        timing: Whether the caller of the API has its response before plugins are notified, or after they have replied.
        delay_seconds: How long after the action.
        attempts: How often a notification is sent at most, while the plugin fails.
        retry_seconds: How long after a failure it is sent again.
        status: `metadata.status`.
        trace_id: Whether there is `metadata.traceId`.
        source_port: Whether `sourceIpAddress` has a port.
        deleted_entity: What `_delete` has as entity: the whole one, or its id alone.
    """

    timing: Literal["after-response", "before-response"] = "after-response"
    delay_seconds: _Seconds = 0
    attempts: Annotated[int, Range(1, 100)] = 1
    retry_seconds: _Seconds = 0
    status: Annotated[str, Names("[A-Z][A-Z_]*", "a word such as SUCCESS")] = "SUCCESS"
    trace_id: bool = False
    source_port: bool = False
    deleted_entity: Literal["whole", "id"] = "whole"


@dataclass(frozen=True, slots=True)
class Plugins:
    """What plugins have, and what becomes of those that are disabled.

    Attributes:
        variables: The environment variables that the platform sets, sorted.
        name_in_responses: Whether responses have a plugin's name with the prefix.
        default_timeout: The `timeout` of a plugin that is created without.
        default_enabled_state: The `enabledState` of a plugin that is created without.
        disabled_interceptors: Whether a disabled plugin still intercepts.
        disabled_notifications: Whether it is still notified.
        disabled_schedule: Whether it still runs on its schedule.
        disabled_url_status: The status that its address responds with; null where the plugin itself still responds.
    """

    variables: _Variables = (
        "BIOT_APP_NAME",
        "BIOT_BASE_URL",
        "BIOT_SERVICE_ENVIRONMENT",
        "BIOT_SERVICE_USER_ID",
        "BIOT_SERVICE_USER_SECRET_KEY",
    )
    name_in_responses: Literal["plain", "prefixed"] = "plain"
    default_timeout: Annotated[int, Range(1, 900)] = 60
    default_enabled_state: Literal["ENABLED", "DISABLED"] = "ENABLED"
    disabled_interceptors: Literal["skipped", "called"] = "skipped"
    disabled_notifications: Literal["skipped", "called"] = "skipped"
    disabled_schedule: Literal["stopped", "runs"] = "stopped"
    disabled_url_status: Annotated[int, Range(400, 599)] | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What is too large.

    Attributes:
        body_bytes: The largest body of an API that has no limit of its own.
        code_bytes: The largest zip of a plugin.
        variables_bytes: The largest environment variables of a plugin, all of them as one JSON object.
        longest_timeout: The longest `timeout` of a plugin, in seconds.
    """

    body_bytes: Annotated[int, Range(1024, 64 * _MEGABYTE)] = 6 * _MEGABYTE
    code_bytes: Annotated[int, Range(1024, 64 * _MEGABYTE)] = 64 * _MEGABYTE
    variables_bytes: Annotated[int, Range(64, 4096)] = 4096
    longest_timeout: Annotated[int, Range(1, 900)] = 900


@dataclass(frozen=True, slots=True)
class Errors:
    """How the platform refuses what it publishes no code for.

    Attributes:
        unknown_api: There is no such API.
        body_too_large: A body is beyond its limit.
        invalid_plugin_field: A field of a new plugin is beyond its limits.
        subscribed_twice: A plugin subscribes to an action that it is subscribed to.
    """

    unknown_api: Refusal = Refusal(404, "NOT_FOUND")
    body_too_large: Refusal = Refusal(413, "PAYLOAD_TOO_LARGE")
    invalid_plugin_field: Refusal = Refusal(400, "BAD_REQUEST")
    subscribed_twice: Refusal = Refusal(409, "SUBSCRIPTION_ALREADY_EXISTS")


@dataclass(frozen=True, slots=True)
class PlatformBehaviour:
    """Everything that only the real platform can settle.

    Attributes:
        interceptors: How interceptors are called.
        replies: What the reply of a PRE_REQUEST interceptor changes.
        notifications: When, how often and with what plugins are notified.
        plugins: What plugins have, and what becomes of those that are disabled.
        limits: What is too large.
        errors: How the platform refuses what it publishes no code for.
    """

    interceptors: Interceptors = field(default_factory=Interceptors)
    replies: Replies = field(default_factory=Replies)
    notifications: Notifications = field(default_factory=Notifications)
    plugins: Plugins = field(default_factory=Plugins)
    limits: Limits = field(default_factory=Limits)
    errors: Errors = field(default_factory=Errors)
