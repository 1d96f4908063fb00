"""What happens around a handler: the plugins that intercept its API (contract sections 2.2 to 2.10).

PRE_REQUEST, in order -> the handler -> ADAPT_ENTITY, in order -> POST_REQUEST, in order; then the notifications
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from biot_emulator.api.call import Call
from biot_emulator.api.error_responses import ErrorResponses
from biot_emulator.api.response import ApiResponse
from biot_emulator.api.route import Route
from biot_emulator.api.router import Router
from biot_emulator.behaviour.settings import PlatformBehaviour
from biot_emulator.event_kind import EventKind
from biot_emulator.hooks.concurrency import Concurrency
from biot_emulator.hooks.endpoints import Endpoints, HookReply
from biot_emulator.hooks.events.headers import hook_headers
from biot_emulator.hooks.events.interceptor_bodies import adapt_entity_body, post_request_body, pre_request_body
from biot_emulator.hooks.failure_policies import FailurePolicies
from biot_emulator.hooks.notifications import Notifications
from biot_emulator.hooks.plugin_failures import Failure, failure_kind, plugin_failed, reason_of_bad_reply
from biot_emulator.hooks.replies import (
    BadReply,
    adapted_response,
    changed_call,
    changed_response,
    entities_of,
    relayed_response,
)
from biot_emulator.hooks.rerouting import reroute
from biot_emulator.hooks.waiting.patience import NoAnswer, Patience
from biot_emulator.http.response import Response
from biot_emulator.invocations.records import Trigger
from biot_emulator.security.tokens import TokenIssuer
from biot_emulator.services.dispatcher.interceptions import Interception, Interceptions
from biot_emulator.services.entity_changes import EntityChanges
from biot_emulator.timelines.history import CallHistory
from biot_emulator.timelines.recorded_calls import Outcome

__all__ = ["InterceptionPipeline"]

_ALLOW = "allow-interception"
_BAD_GATEWAY = 502
_NO_RESPONSE = Response(504)

_T = TypeVar("_T")


class _Stopped(Exception):
    """A plugin has responded in the platform's place."""

    def __init__(self, response: ApiResponse) -> None:
        super().__init__()
        self.response = response


class InterceptionPipeline:
    """Runs a handler with the plugins that intercept its API, and the notifications after it.

    Args:
        router: Finds the route of a call that a plugin reroutes.
        interceptions: Who intercepts what.
        endpoints: Calls plugins.
        tokens: Signs the platform's tokens.
        policies: What becomes of calls when plugins fail.
        changes: Collects what the handler does.
        notifications: Notifies plugins of it.
        errors: Renders what goes wrong, so that changes before an error are notified too.
        concurrency: Bounds the callers of each plugin.
        patience: Bounds how long each is waited for.
        behaviour: What the platform does where nobody publishes it.
        calls: Records what happens to each call.
    """

    def __init__(
        self,
        router: Router,
        interceptions: Interceptions,
        endpoints: Endpoints,
        tokens: TokenIssuer,
        policies: FailurePolicies,
        changes: EntityChanges,
        notifications: Notifications,
        errors: ErrorResponses,
        concurrency: Concurrency,
        patience: Patience,
        behaviour: PlatformBehaviour,
        calls: CallHistory,
    ) -> None:
        self._calls = calls
        self._router = router
        self._interceptions = interceptions
        self._endpoints = endpoints
        self._tokens = tokens
        self._policies = policies
        self._changes = changes
        self._notifications = notifications
        self._errors = errors
        self._concurrency = concurrency
        self._patience = patience
        self._behaviour = behaviour

    def __call__(self, route: Route, call: Call) -> ApiResponse:
        """Respond to a call."""
        respond = (
            partial(self._intercept, route, call)
            if _is_intercepted(route, call)
            else partial(self._handle, route, call)
        )
        with self._changes.collect() as changes:
            response = self._errors.guard(call, respond)
        return response._replace(afterwards=self._notifications.prepare(changes)) if changes else response

    def _intercept(self, route: Route, call: Call) -> ApiResponse:
        try:
            route, call = self._before(route, call)
            response = self._handle(route, call)
            if route.returns_entities:
                response = self._adapt(route, call, response)
            return self._after(route, call, response)
        except _Stopped as stopped:
            return stopped.response

    def _handle(self, route: Route, call: Call) -> ApiResponse:
        return self._calls.handle(call, route, route.handler)

    def _before(self, route: Route, call: Call) -> tuple[Route, Call]:
        """Call the PRE_REQUEST interceptors of the API that was called, even if one of them reroutes the call."""
        current, variables = route, call.variables
        for interception in self._interceptors("PRE_REQUEST", api_id=route.api_id, variables=variables):
            body = pre_request_body(route, call._replace(variables=variables))
            apply = partial(self._change, current, call)
            current, call = self._call(interception, EventKind.PRE_REQUEST, body, call, apply, (current, call))
        return current, call

    def _change(self, route: Route, call: Call, reply: Any) -> tuple[Route, Call]:
        return reroute(self._router, route, call, changed_call(call, reply, self._behaviour.replies))

    def _adapt(self, route: Route, call: Call, response: ApiResponse) -> ApiResponse:
        behaviour = self._behaviour.interceptors
        if response.body is None and behaviour.entities_without_body == "not-called":
            return response
        for interception in self._interceptors("ADAPT_ENTITY", entity_name=route.entity_name, variables=call.variables):
            without_body = response.body is None and behaviour.entities_without_body == "null"
            entities = None if without_body else entities_of(response)
            body = adapt_entity_body(route, call, response.status_code, entities, behaviour)
            apply = partial(adapted_response, response)
            response = self._call(interception, EventKind.ADAPT_ENTITY, body, call, apply, response)
        return response

    def _after(self, route: Route, call: Call, response: ApiResponse) -> ApiResponse:
        behaviour = self._behaviour.interceptors
        for interception in self._interceptors("POST_REQUEST", api_id=route.api_id, variables=call.variables):
            body = post_request_body(route, call, response, behaviour)
            apply = partial(changed_response, response, search_body=behaviour.search_body)
            response = self._call(interception, EventKind.POST_REQUEST, body, call, apply, response)
        return response

    def _interceptors(self, type: str, **hook: Any) -> list[Interception]:
        interceptors = self._interceptions.interceptors(type, **hook)
        return [
            interception
            for interception in interceptors
            if not self._endpoints.is_inactive(interception.endpoint, "disabled_interceptors")
        ]

    def _call(
        self,
        interception: Interception,
        kind: EventKind,
        body: dict[str, Any],
        call: Call,
        apply: Callable[[Any], _T],
        unchanged: _T,
    ) -> _T:
        """Call a plugin and apply its reply; return what is unchanged where it fails and that is ignored."""
        token = self._tokens.sign_for("interceptor")
        trigger = Trigger(kind, interception.hook, call.trace_id, call.id or None)
        # Whoever is one too many is refused, whatever the policy is: no flood of callers makes a plugin be left out.
        with self._concurrency.enter(interception.endpoint):
            reply = self._wait_for(interception, hook_headers(kind, call, token), body, trigger)
        if reply is None:
            return unchanged
        if reply.failure:
            return self._fail(interception, kind, reply, unchanged, call)
        if not reply.response.is_success:
            failure: Failure = "bad-gateway" if reply.response.status_code == _BAD_GATEWAY else "refusal"
            reason = f"it responded with {reply.response.status_code}"
            return self._fail(interception, kind, HookReply(reply.response, failure, reason), unchanged, call)
        try:
            applied = apply(reply.response.body)
        except BadReply as bad:
            unusable = HookReply(reply.response, "bad-reply", reason_of_bad_reply(bad))
            return self._fail(interception, kind, unusable, unchanged, call)
        self._calls.conclude(call.id, Outcome.PASSED)
        return applied

    def _wait_for(
        self, interception: Interception, headers: dict[str, str], body: dict[str, Any], trigger: Trigger
    ) -> HookReply | None:
        try:
            return self._patience.call(partial(self._endpoints.call, interception.endpoint, headers, body, trigger))
        except NoAnswer:
            return HookReply(_NO_RESPONSE, "no-answer", "it took longer than the platform waits")

    def _fail(self, interception: Interception, kind: EventKind, reply: HookReply, unchanged: _T, call: Call) -> _T:
        """Do what the platform does where a plugin does not let the call pass."""
        failure = reply.failure or "crash"
        outcome = self._policies.outcome(kind, failure_kind(failure))
        if outcome == "ignore":
            self._calls.conclude(call.id, Outcome.IGNORED, reply.reason)
            return unchanged
        self._calls.conclude(call.id, Outcome.STOPPED if outcome == "relay" else Outcome.FAILED, reply.reason)
        if outcome == "relay":
            raise _Stopped(relayed_response(reply.response))
        raise plugin_failed(interception, failure, reply.reason, outcome)


def _is_intercepted(route: Route, call: Call) -> bool:
    """Whether plugins are called: not for calls of plugins and other services, unless they allow it."""
    by_service = call.caller is not None and call.caller.is_service
    return route.entity_name is not None and (not by_service or _ALLOW in call.headers)
