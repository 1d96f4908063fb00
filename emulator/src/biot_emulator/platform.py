"""The platform, put together: its state, its services, and how a call goes through them.

call -> the API that it is for -> who calls -> PRE_REQUEST -> the API -> ADAPT_ENTITY -> POST_REQUEST -> answer
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from biot_emulator.api.call import Answer, Api, Call, Caller, Router
from biot_emulator.errors import AccessDenied, ApiError
from biot_emulator.function_url.event_from_request import UrlRequest
from biot_emulator.http.response import Response
from biot_emulator.security.tokens import TokenIssuer
from biot_emulator.state.clock import Clock
from biot_emulator.state.store import Store

if TYPE_CHECKING:
    from biot_emulator.invocations.records import Invocations
    from biot_emulator.services.settings.plugins import Plugins

__all__ = ["Authenticator", "Flow", "FunctionUrl", "Happened", "Platform", "permit"]

_log = logging.getLogger("biot_emulator")
_KEYS = "keys"


class Authenticator(Protocol):
    """Tells who calls."""

    def __call__(self, call: Call) -> Caller:
        """Read the caller from the call's token. Raises TokenNotValid."""
        ...


class Flow(Protocol):
    """What happens around the answer of an API."""

    def __call__(self, api: Api, call: Call) -> Answer:
        """Answer the call, with all that plugins do before and after."""
        ...


class Happened(Protocol):
    """Is told of every change that an API has made."""

    def __call__(
        self, entity_type: str, action: str, entity: dict[str, Any], old_entity: dict[str, Any] | None, call: Call
    ) -> None:
        """Take note: this must neither raise nor take long, as the caller waits for its answer."""
        ...


class FunctionUrl(Protocol):
    """Answers the requests to the addresses of plugins."""

    def __call__(self, address: str, request: UrlRequest) -> Response:
        """Answer a request to the plugin that has this address."""
        ...


class Platform:
    """What `biot-emulator serve` serves. Its parts register themselves: APIs with the router, and those below.

    Args:
        store: The state.
        environment: The platform's name of itself, as error bodies have it.

    Attributes:
        base_url: Where it can be reached.
        authenticate: Tells who calls.
        flow: What happens around the answer of an API; just the answer until the plugins' pipeline takes its place.
        happened: Is told of every successful change; nobody listens until the notifications do.
        function_url: Answers the requests to the addresses of plugins.
        located: What `locate` calls, in order.
        plugins: The plugins.
        invocations: What plugins were told, and what they made of it.
        closing: What `close` calls, the last one first.
        emptied: What `reset` calls once the state is empty, in order.
    """

    authenticate: Authenticator
    function_url: FunctionUrl
    plugins: Plugins
    invocations: Invocations

    def __init__(self, store: Store, *, environment: str = "local") -> None:
        self.store = store
        self.clock = Clock()
        self.tokens = TokenIssuer(_Keys(store))
        self.router = Router()
        self.environment = environment
        self.base_url = ""
        self.flow: Flow = lambda api, call: api.answer(call)
        self.happened: Happened = _nobody_listens
        self.located: list[Callable[[], None]] = []
        self.closing: list[Callable[[], None]] = []
        self.emptied: list[Callable[[], None]] = []

    @property
    def permissions(self) -> list[str]:
        """Every permission that an API asks for: what an administrator has."""
        return sorted({"PROTECTED_API", *(api.permission for api in self.router if api.permission)})

    def locate(self, base_url: str) -> None:
        """Say where it can be reached; whoever serves it does so before the first call."""
        self.base_url = base_url
        for follow in self.located:
            follow()

    def handle(self, call: Call) -> Answer:
        """Answer a call of any API. Never raises: what goes wrong is answered with the platform's error body."""
        return self.guarded(call, partial(self._answer, call))

    def guarded(self, call: Call, answer: Callable[[], Answer]) -> Answer:
        """Give the answer, or the platform's error body for whatever is raised instead."""
        try:
            return answer()
        except ApiError as error:
            return self.error(error, call)
        except Exception:
            _log.exception("%s %s failed", call.method, call.path)
            return self.error(ApiError("The platform failed to answer the call"), call)

    def _answer(self, call: Call) -> Answer:
        api, call = self.router.find(call)
        if not api.public:
            call = replace(call, caller=self.authenticate(call))
        permit(api, call)
        return self.flow(api, call)

    def reset(self) -> None:
        """Be as new, but for the keys: tokens that were signed before stay what they were."""
        with self.store.transaction():
            keys = self.store.all(_KEYS)
            self.store.clear()
            for document in keys:
                self.store.put(_KEYS, _KEYS, document)
            for fill in self.emptied:
                fill()

    def close(self) -> None:
        """End what the parts have started, then close the state."""
        while self.closing:
            self.closing.pop()()
        self.store.close()

    def error(self, error: ApiError, call: Call) -> Answer:
        """The platform's error body (contract section 8)."""
        body = {
            "code": error.code,
            "message": error.message,
            "serviceName": _service_name(call.path),
            "traceId": call.trace_id,
            "environment": self.environment,
            "details": error.details,
        }
        return Answer(error.status_code, body, error.headers)


def _service_name(path: str) -> str:
    service = path.strip("/").partition("/")[0].strip("_")
    return f"{service.replace('-', ' ').title() or 'Platform'} Service"


def permit(api: Api, call: Call) -> None:
    """See that the caller has the permission that an API asks for. Raises AccessDenied."""
    if api.permission and call.caller and api.permission not in call.caller.permissions:
        raise AccessDenied(f"The permission [{api.permission}] is missing", permission=api.permission)


def _nobody_listens(*_: object, **__: object) -> None:
    """What happens is told to nobody until somebody takes this place."""


class _Keys:
    """The signing keys among the platform's state, so that tokens outlive the process where the state does."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def load(self) -> list[str]:
        saved = self._store.get(_KEYS, _KEYS) or {}
        return list(saved.get("private", ()))

    def save(self, keys: list[str]) -> None:
        self._store.put(_KEYS, _KEYS, {"private": keys})
