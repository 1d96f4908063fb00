"""What happens around the answer of an API: the plugins that intercept it (contract sections 2.2 to 2.10).

PRE_REQUEST, in order -> the API -> ADAPT_ENTITY, in order -> POST_REQUEST, in order
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from biot_emulator.api.call import Answer, Api, Call
from biot_emulator.errors import NotKnown, PluginFailed
from biot_emulator.fixtures.events import EventKind
from biot_emulator.hooks.endpoints import Endpoints
from biot_emulator.hooks.events import adapt_entity, hook_headers, post_request, pre_request
from biot_emulator.hooks.failure_policies import FailurePolicies
from biot_emulator.hooks.notifications import Notifications
from biot_emulator.hooks.replies import BadReply, adapted_answer, changed_answer, changed_call, entities_of, relayed
from biot_emulator.invocations.records import Trigger
from biot_emulator.platform import Platform, permit
from biot_emulator.services.dispatcher.subscriptions import Interception, Subscriptions

__all__ = ["Pipeline"]

_ALLOW = "allow-interception"

_T = TypeVar("_T")


class _Stopped(Exception):
    """A plugin has answered instead of the platform."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class Pipeline:
    """The platform's `flow`: an API with the plugins that intercept it, and the notifications after it."""

    def __init__(
        self,
        platform: Platform,
        subscriptions: Subscriptions,
        endpoints: Endpoints,
        policies: FailurePolicies,
        notifications: Notifications,
    ) -> None:
        self._platform = platform
        self._subscriptions = subscriptions
        self._endpoints = endpoints
        self._policies = policies
        self._notifications = notifications
        platform.flow = self

    def __call__(self, api: Api, call: Call) -> Answer:
        """Answer a call, with all that plugins do before and after."""
        answers = self._intercepted if _is_intercepted(api, call) else _just_answered
        with self._notifications.collected() as happenings:
            answer = self._platform.guarded(call, partial(answers, api, call))
        if not happenings:
            return answer
        return replace(answer, afterwards=self._notifications.prepared(happenings))

    def _intercepted(self, api: Api, call: Call) -> Answer:
        try:
            api, call = self._before(api, call)
            answer = api.answer(call)
            if api.returns_entities:
                answer = self._adapted(api, call, answer)
            return self._after(api, call, answer)
        except _Stopped as stopped:
            return stopped.answer

    def _before(self, api: Api, call: Call) -> tuple[Api, Call]:
        """Ask those who intercept the request. A call that is rerouted is still theirs who intercept where it went."""
        found, variables = api, call.variables
        for one in self._interceptors("PRE_REQUEST", api_id=api.api_id, variables=variables):
            body = pre_request(api, replace(call, variables=variables))
            apply = partial(self._rerouted, found, call)
            found, call = self._asked(one, EventKind.PRE_REQUEST, body, call, apply, (found, call))
        return found, call

    def _rerouted(self, api: Api, call: Call, reply: Any) -> tuple[Api, Call]:
        changed = changed_call(call, reply)
        if changed.path == call.path:
            return api, changed
        try:
            found, changed = self._platform.router.find(changed)
        except NotKnown as error:
            raise BadReply(f"its [path] leads nowhere: {error.message}") from None
        if found.service != api.service:
            raise BadReply(f"its [path] leads to another service: {found.service}")
        # Who calls may not be allowed what a plugin makes of the call.
        permit(found, changed)
        return found, changed

    def _adapted(self, api: Api, call: Call, answer: Answer) -> Answer:
        for one in self._interceptors("ADAPT_ENTITY", entity_name=api.entity_name, variables=call.variables):
            body = adapt_entity(api, call, answer.status_code, entities_of(answer))
            answer = self._asked(one, EventKind.ADAPT_ENTITY, body, call, partial(adapted_answer, answer), answer)
        return answer

    def _after(self, api: Api, call: Call, answer: Answer) -> Answer:
        for one in self._interceptors("POST_REQUEST", api_id=api.api_id, variables=call.variables):
            body = post_request(api, call, answer)
            answer = self._asked(one, EventKind.POST_REQUEST, body, call, partial(changed_answer, answer), answer)
        return answer

    def _interceptors(self, type: str, **wanted: Any) -> list[Interception]:
        found = self._subscriptions.interceptors(type, **wanted)
        return [one for one in found if not self._endpoints.is_passed_by(one.endpoint)]

    def _asked(
        self,
        one: Interception,
        kind: EventKind,
        body: dict[str, Any],
        call: Call,
        apply: Callable[[Any], _T],
        otherwise: _T,
    ) -> _T:
        """Ask one plugin, and apply its reply; where it fails and that is to be ignored, go on as things are."""
        token = self._platform.tokens.sign_for("interceptor")
        trigger = Trigger(kind, one.api_id or one.entity_name, call.trace_id)
        reply = self._endpoints.call(one.endpoint, hook_headers(kind, call, token), body, trigger)
        if reply is None:
            return otherwise
        if reply.failure:
            return self._failed(one, reply.failure, reply.reason, otherwise)
        if not reply.response.is_success:
            raise _Stopped(relayed(reply.response))
        try:
            return apply(reply.response.body)
        except BadReply as bad:
            return self._failed(one, "bad-reply", f"its reply cannot be used, as {bad}", otherwise)

    def _failed(self, one: Interception, failure: str, reason: str, otherwise: _T) -> _T:
        if self._policies.ignores(failure):
            return otherwise
        hook = one.api_id or one.entity_name
        raise PluginFailed(
            f"The plugin at [{one.endpoint}] failed as {one.type} of [{hook}]: {reason}", failure=failure
        )


def _is_intercepted(api: Api, call: Call) -> bool:
    """Whether plugins are asked: not when one of them, or any other service, calls and does not wish it."""
    by_service = call.caller is not None and call.caller.is_service
    return api.entity_name is not None and (not by_service or _ALLOW in call.headers)


def _just_answered(api: Api, call: Call) -> Answer:
    return api.answer(call)
