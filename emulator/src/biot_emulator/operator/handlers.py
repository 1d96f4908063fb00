"""Handlers of the operator's side: what people and tests may see and do, and plugins never need."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from biot_emulator.api.body_fields import Fields
from biot_emulator.api.call import Call
from biot_emulator.api.errors import BadRequest, NotKnown
from biot_emulator.api.response import ApiResponse
from biot_emulator.hooks.concurrency import Concurrency
from biot_emulator.hooks.failure_policies import POLICIES, FailurePolicies
from biot_emulator.hooks.notifications import Notifications
from biot_emulator.hooks.plugin_failures import FAILURES
from biot_emulator.hooks.plugin_functions import PluginFunctions
from biot_emulator.hooks.schedule import Schedule
from biot_emulator.invocations.history import Invocations
from biot_emulator.operator.operations import list_operations
from biot_emulator.operator.own_events import own_event
from biot_emulator.operator.parameters import parameter, truth
from biot_emulator.security.tokens import TokenIssuer
from biot_emulator.services.outbox.messages import Outbox
from biot_emulator.services.route_tables import SERVICE_ROUTES
from biot_emulator.services.settings.plugins import Plugins
from biot_emulator.state.clock import Clock
from biot_emulator.state.timestamps import timestamp
from biot_emulator.timelines.history import CallHistory
from biot_emulator.timelines.recorded_calls import CallKind

__all__ = ["OperatorHandlers"]

_MAX_WAIT_SECONDS = 60
_DEFAULT_LIMIT = 100
_MAX_LIMIT = 1000
_KINDS = ("EMAIL", "SMS")
# Whatever somebody has attached: a browser stores it and runs nothing of it.
_ATTACHMENT_HEADERS = {
    "content-type": "application/octet-stream",
    "content-disposition": "attachment",
    "x-content-type-options": "nosniff",
}
_NUMBER = re.compile("[0-9]{1,4}")
# Beyond these, a time and its neighbours cannot be reckoned with, or written, everywhere.
_YEARS = range(1970, 2200)


@dataclass(frozen=True, slots=True)
class OperatorHandlers:
    """The functions of the route table, with what they use.

    Attributes:
        plugins: The plugins.
        functions: Runs plugins.
        invocations: The last invocations.
        schedule: Invokes plugins on their schedules.
        notifications: Sends notifications.
        policies: What becomes of calls when plugins fail.
        concurrency: Bounds the callers of each plugin.
        outbox: The messages that the platform would have sent.
        tokens: Has the keys.
        clock: The platform's time.
        calls: Records what happens.
        reset: Resets the state.
    """

    plugins: Plugins
    functions: PluginFunctions
    invocations: Invocations
    schedule: Schedule
    notifications: Notifications
    policies: FailurePolicies
    concurrency: Concurrency
    outbox: Outbox
    tokens: TokenIssuer
    clock: Clock
    calls: CallHistory
    reset: Callable[[], None]

    def list_operations(self, call: Call) -> ApiResponse:
        """Return the platform's operations, those that are modelled and those that are not."""
        service, modelled = parameter(call, "service"), truth(call, "modelled")
        listed = list_operations(SERVICE_ROUTES, service=service, modelled=modelled)
        return ApiResponse(200, {"data": listed, "totalResults": len(listed)})

    def list_invocations(self, call: Call) -> ApiResponse:
        """Return the last invocations, the newest first."""
        newest_first, total = self.invocations.last(_limit(call), parameter(call, "plugin"))
        return ApiResponse(200, {"data": newest_first, "totalResults": total})

    def read_invocation(self, call: Call) -> ApiResponse:
        """Return an invocation."""
        id = call.variables["id"]
        record = self.invocations.get(id)
        if record is None:
            raise NotKnown(f"There is no invocation [{id}], or it is forgotten already")
        return ApiResponse(200, record)

    def clear_invocations(self, _: Call) -> ApiResponse:
        """Forget all invocations."""
        self.invocations.clear()
        return ApiResponse(204)

    def fire_schedule(self, call: Call) -> ApiResponse:
        """Invoke a plugin as if it were due."""
        plugin = self.plugins.get(call.variables["name"])
        if not plugin.config["cronSchedule"]:
            raise BadRequest(f"The plugin [{plugin.full_name}] has no [cronSchedule]: give it one first")
        with self.concurrency.enter(plugin.endpoint_url):
            return ApiResponse(200, self.schedule.fire(plugin).record())

    def invoke(self, call: Call) -> ApiResponse:
        """Invoke a plugin with an event of the operator's own, also if it is disabled."""
        plugin = self.plugins.get(call.variables["name"])
        event, trigger = own_event(call, self.tokens.sign_for)
        with self.concurrency.enter(plugin.endpoint_url):
            id = self.calls.begin(CallKind.INVOKE, plugin=plugin.full_name)
            with self.calls.ending(id), self.plugins.calling_current(plugin) as current:
                _, ended = self.functions.invoke(current, event, replace(trigger, call_id=id))
        return ApiResponse(200, ended.record())

    def wait_for_notifications(self, call: Call) -> ApiResponse:
        """Wait until every notification has been sent."""
        fields = Fields(call.object if call.content else {})
        seconds = fields.integer("seconds", 0, _MAX_WAIT_SECONDS) if fields.present("seconds") else _MAX_WAIT_SECONDS
        return ApiResponse(200, {"done": self.notifications.wait(seconds)})

    def list_messages(self, call: Call) -> ApiResponse:
        """Return the messages in the outbox, the newest first."""
        limit, kind = _limit(call), parameter(call, "kind")
        if kind not in (None, *_KINDS):
            raise BadRequest(f"The parameter [kind] must be one of {', '.join(_KINDS)}")
        messages = self.outbox.all(kind, parameter(call, "to"))
        return ApiResponse(200, {"data": messages[:limit], "totalResults": len(messages)})

    def read_message(self, call: Call) -> ApiResponse:
        """Return a message in the outbox."""
        id = call.variables["id"]
        message = self.outbox.get(id)
        if message is None:
            raise NotKnown(f"There is no message [{id}] in the outbox, or it had to make room already")
        return ApiResponse(200, message)

    def read_attachment(self, call: Call) -> ApiResponse:
        """Return an attachment's content."""
        key = call.variables["key"]
        content = self.outbox.content(key)
        if content is None:
            raise NotKnown(f"There is no attachment [{key}], or it had to make room already")
        return ApiResponse(200, headers=_ATTACHMENT_HEADERS, content=content)

    def clear_outbox(self, _: Call) -> ApiResponse:
        """Remove every message and attachment."""
        self.outbox.clear()
        return ApiResponse(204)

    def rotate_keys(self, _: Call) -> ApiResponse:
        """Sign tokens with a new key."""
        self.tokens.rotate()
        return ApiResponse(200, self.tokens.public_keys())

    def read_clock(self, _: Call) -> ApiResponse:
        """Return the platform's time."""
        return ApiResponse(200, {"now": timestamp(self.clock.now())})

    def set_clock(self, call: Call) -> ApiResponse:
        """Set the platform's time."""
        self.clock.set(_moment(Fields(call.object)))
        return self.read_clock(call)

    def reset_clock(self, call: Call) -> ApiResponse:
        """Go back to the machine's time."""
        self.clock.reset()
        return self.read_clock(call)

    def read_policies(self, _: Call) -> ApiResponse:
        """Return what becomes of calls when plugins fail."""
        return ApiResponse(200, self.policies.all())

    def set_policies(self, call: Call) -> ApiResponse:
        """Change what becomes of calls when plugins fail."""
        fields = Fields(call.object)
        for name in call.object:
            if name not in FAILURES:
                raise fields.wrong(name, f"is not a failure: use one of {', '.join(FAILURES)}")
        for failure, policy in {name: fields.choice(name, POLICIES) for name in fields.present(*FAILURES)}.items():
            self.policies.set(failure, policy)
        return self.read_policies(call)

    def reset_platform(self, _: Call) -> ApiResponse:
        """Reset the state, but for the administrator and the keys."""
        self.reset()
        return ApiResponse(204)


def _limit(call: Call) -> int:
    limit = parameter(call, "limit") or str(_DEFAULT_LIMIT)
    if not _NUMBER.fullmatch(limit) or not 1 <= int(limit) <= _MAX_LIMIT:
        raise BadRequest(f"The parameter [limit] must be a whole number from 1 to {_MAX_LIMIT}")
    return int(limit)


def _moment(fields: Fields) -> datetime:
    try:
        moment = datetime.fromisoformat(fields.text("now"))
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise fields.wrong("now", "must be a time such as 2026-01-31T12:00:00Z") from None
    if moment.year not in _YEARS:
        raise fields.wrong("now", f"must be in one of the years from {_YEARS[0]} to {_YEARS[-1]}")
    return moment
