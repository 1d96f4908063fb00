"""The way of a call to its handler: route, caller, permission, then the plugins around the handler."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Protocol

from biot_emulator.api.call import Call, Caller
from biot_emulator.api.error_responses import ErrorResponses
from biot_emulator.api.permissions import require_permission
from biot_emulator.api.response import ApiResponse
from biot_emulator.api.route import Route
from biot_emulator.api.router import Router

__all__ = ["Admission", "Authenticator", "Gateway", "Observer", "Pipeline"]


class Authenticator(Protocol):
    """Identifies callers."""

    def __call__(self, call: Call) -> Caller:
        """Read the caller from the call's token. Raises TokenNotValid."""
        ...


class Pipeline(Protocol):
    """Runs a route's handler with the plugins before and after it."""

    def __call__(self, route: Route, call: Call) -> ApiResponse:
        """Respond to a call."""
        ...


class Observer(Protocol):
    """Is told what is known of a call as it goes on."""

    def admitted(self, call: Call, route: Route) -> None:
        """Take notice of the caller and of the API."""
        ...

    def received(self, call: Call) -> None:
        """Take notice of the body."""
        ...


@dataclass(frozen=True, slots=True)
class Admission:
    """A call that may be made: its caller is known, and has the permission.

    Attributes:
        route: The API.
        call: The call, with its caller; its body need not be there yet.
    """

    route: Route
    call: Call


class Gateway:
    """Handles the calls of every API.

    Args:
        router: Finds the route.
        authenticate: Identifies the caller.
        pipeline: Runs the handler, and the plugins that intercept it.
        errors: Renders what goes wrong.
        observer: Is told of each call.
    """

    def __init__(
        self,
        router: Router,
        authenticate: Authenticator,
        pipeline: Pipeline,
        errors: ErrorResponses,
        observer: Observer,
    ) -> None:
        self._observer = observer
        self._router = router
        self._authenticate = authenticate
        self._pipeline = pipeline
        self._errors = errors

    def handle(self, call: Call) -> ApiResponse:
        """Respond to a call. Never raises: every error is rendered as the platform's error body."""
        admitted = self.admit(call)
        return admitted if isinstance(admitted, ApiResponse) else self.respond(admitted)

    def admit(self, call: Call) -> Admission | ApiResponse:
        """Admit a call by its path and headers alone, or return the response that refuses it. Never raises."""
        return self._errors.guard(call, partial(self._admit, call))

    def respond(self, admission: Admission) -> ApiResponse:
        """Respond to a call that was admitted. Never raises."""
        self._observer.received(admission.call)
        return self._errors.guard(admission.call, partial(self._pipeline, admission.route, admission.call))

    def _admit(self, call: Call) -> Admission:
        route, call = self._router.find(call)
        if route.not_modelled:
            route.handler(call)  # refuses, whoever calls
        if not route.public:
            call = call._replace(caller=self._authenticate(call))
        self._observer.admitted(call, route)
        require_permission(route, call)
        return Admission(route, call)
