"""A plugin: the author's functions, and the Lambda entry point that they make."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from biot_plugin.api_client.shared_session import Platform
from biot_plugin.callers.key_service import KeysUnavailable, fetch_keys
from biot_plugin.callers.public_keys import PublicKeys
from biot_plugin.dispatcher import Dispatcher
from biot_plugin.errors import RegistrationError
from biot_plugin.events.base import Event, LambdaContext
from biot_plugin.events.direct_call import DirectCall
from biot_plugin.events.interception import AdaptEntity, PostRequest, PreRequest
from biot_plugin.events.notification import Notification
from biot_plugin.events.scheduled import Scheduled
from biot_plugin.hooks.api_usage import uses_biot
from biot_plugin.hooks.definitions import ApiHook, EndpointHook, EntityHook, Hook, NotificationHook, ScheduleHook
from biot_plugin.hooks.handler import Handler, Middleware, Next
from biot_plugin.hooks.registry import Registry
from biot_plugin.hooks.subscriptions import Subscriptions, subscriptions
from biot_plugin.logs.logger import make_logger
from biot_plugin.settings import Settings
from biot_plugin.wire.kind import Kind

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    PreHandler = TypeVar("PreHandler", bound=Callable[[PreRequest[Any]], object])
    PostHandler = TypeVar("PostHandler", bound=Callable[[PostRequest[Any]], object])
    AdaptHandler = TypeVar("AdaptHandler", bound=Callable[[AdaptEntity[Any]], object])
    NotificationHandler = TypeVar("NotificationHandler", bound=Callable[[Notification[Any]], object])
    ScheduledHandler = TypeVar("ScheduledHandler", bound=Callable[[Scheduled], object])
    DirectHandler = TypeVar("DirectHandler", bound=Callable[[DirectCall], object])
    AroundEvery = TypeVar("AroundEvery", bound=Callable[[Event, Next], object])

F = TypeVar("F", bound=Callable[..., object])

#: Seconds that fetching the public keys may wait for the platform.
_KEY_TIMEOUT = 2.0


class Resolver(Protocol):
    """A powertools resolver, such as `LambdaFunctionUrlResolver`."""

    def __call__(self, event: Any, context: Any) -> Any:
        """Answers a function URL request."""


class Plugin:
    """A BioT plugin.

    Decorate functions with the hooks that they handle, and give Lambda `handler` as its entry point:

        plugin = Plugin()

        @plugin.pre_request("POST/organization/v1/users/patients")
        def trim_record_number(event: PreRequest) -> None:
            event.body["mrn"] = event.body["mrn"].strip()

        handler = plugin.handler

    Where it runs in Lambda, making a plugin starts to fetch the platform's public keys, so that they arrive while the
    rest of the code is imported. A handler or middleware whose code has `event.biot` in it starts the log-in, too.

    Attributes:
        logger: The plugin's logger, a powertools `Logger`.
        keys: The platform's public keys, which callers are verified with.
        platform: The platform's API, which events call as `event.biot`.
    """

    def __init__(self) -> None:
        self._settings = settings = Settings.from_environment()
        self._registry = Registry()
        self._middleware: list[Middleware] = []
        self.logger = make_logger(settings.app_name)
        self.keys = PublicKeys(self._fetch_keys)
        self.platform = Platform(settings)
        self._dispatcher = Dispatcher(settings, self._registry, self._middleware, self.keys, self.platform, self.logger)
        if not settings.validate_jwt:
            self.logger.warning(
                "CALLERS ARE NOT VERIFIED: BIOT_SHOULD_VALIDATE_JWT is false, so anyone who knows this plugin's "
                "address can call every hook of it"
            )
        elif settings.in_lambda and settings.base_url:
            self.keys.prefetch()

    def pre_request(self, api_id: str, *, order: int | None = None) -> Callable[[PreHandler], PreHandler]:
        """Handles an API's calls before the API does (contract section 2).

        Args:
            api_id: Method and path template, such as `"POST/organization/v1/users/patients"`; a value in place of a
                variable limits it to the calls that have the value.
            order: Where the handler stands among all plugins' handlers of the API; overrides `interception-order`.

        Raises:
            RegistrationError: The id or order is impossible, or the hook has a handler already.
        """
        return self._decorator(PreRequest, partial(ApiHook, Kind.PRE_REQUEST, api_id, order))

    def post_request(self, api_id: str, *, order: int | None = None) -> Callable[[PostHandler], PostHandler]:
        """Handles an API's responses before the caller gets them (contract section 2).

        Args:
            api_id: Method and path template, as for `pre_request`.
            order: Where the handler stands among all plugins' handlers of the API.

        Raises:
            RegistrationError: The id or order is impossible, or the hook has a handler already.
        """
        return self._decorator(PostRequest, partial(ApiHook, Kind.POST_REQUEST, api_id, order))

    def adapt_entity(self, entity_type: str, *, order: int | None = None) -> Callable[[AdaptHandler], AdaptHandler]:
        """Handles the entities of a type in the response of every API that returns them (contract section 2).

        Args:
            entity_type: Such as `"patient"`.
            order: Where the handler stands among all plugins' handlers of the type.

        Raises:
            RegistrationError: The type or order is impossible, or the hook has a handler already.
        """
        return self._decorator(AdaptEntity, partial(EntityHook, entity_type, order))

    def notification(
        self, entity_type: str, action: str, *, template: str | None = None
    ) -> Callable[[NotificationHandler], NotificationHandler]:
        """Handles what happened to the entities of a type (contract section 3).

        Args:
            entity_type: Such as `"usage-session"`.
            action: With its leading underscore, such as `"_update"`.
            template: Name of the one template that it is limited to; of all templates where None.

        Raises:
            RegistrationError: A part is impossible, or the hook has a handler already.
        """
        return self._decorator(Notification, partial(NotificationHook, entity_type, action, template))

    def scheduled(self, cron: str) -> Callable[[ScheduledHandler], ScheduledHandler]:
        """Handles the plugin's schedule, of which the platform has one for each plugin (contract section 4.3).

        Args:
            cron: Minute, hour, day of month, month, day of week and year, in UTC: `"0 6 ? * MON-FRI *"`.

        Raises:
            RegistrationError: The platform would refuse the schedule, or there is a schedule already.
        """
        return self._decorator(Scheduled, partial(ScheduleHook, cron))

    def endpoint(self, *, public: bool = False) -> Callable[[DirectHandler], DirectHandler]:
        """Handles calls of the plugin's own address (contract section 4).

        Args:
            public: Whether anyone may call it. Otherwise the caller needs a valid token of the platform.

        Raises:
            RegistrationError: The address has a handler already.
        """
        return self._decorator(DirectCall, partial(EndpointHook, public))

    def mount(self, resolver: Resolver, *, public: bool = False) -> None:
        """Gives calls of the plugin's own address to a powertools resolver, after the caller is verified.

        Args:
            resolver: Such as `LambdaFunctionUrlResolver()`.
            public: Whether anyone may call it, as for `endpoint`.

        Raises:
            RegistrationError: The address has a handler already.
        """

        def mounted(event: DirectCall) -> object:
            return resolver(event.raw, event.context)

        mounted.__qualname__ = type(resolver).__name__
        self._decorator(DirectCall, partial(EndpointHook, public))(mounted)

    def middleware(self, function: AroundEvery) -> AroundEvery:
        """Puts a function around every handler, the first registered outermost.

        It takes the event and `call_next`, which runs what is inside. It stops a call by raising `Reject`; it may also
        return what a handler may return.

        Raises:
            RegistrationError: It does not take these two, or is `async`.
        """
        self._middleware.append(Middleware(function))
        self._prepare_for(function)
        return function

    def subscriptions(self) -> Subscriptions:
        """What the decorators imply for `subscriptions` in the plugin's configuration (contract section 6.4)."""
        return subscriptions(entry.hook for entry in self._registry)

    @property
    def cron_schedule(self) -> str | None:
        """What the decorators imply for `cronSchedule` in the plugin's configuration (contract section 6.3)."""
        entry = self._registry.first(Kind.SCHEDULED)
        return entry.hook.cron if entry and isinstance(entry.hook, ScheduleHook) else None

    def handler(self, event: Any, context: LambdaContext) -> dict[str, Any]:
        """Lambda's entry point: answers one event and never raises.

        Args:
            event: What Lambda hands over; anything at all is answered.
            context: Lambda's context.

        Returns:
            A function URL reply: `statusCode`, `headers` and `body`, which is JSON text.
        """
        return self._dispatcher(event, context)

    def _decorator(self, event_class: type[Event], make_hook: Callable[[], Hook]) -> Callable[[F], F]:
        names = sys._getframe(2).f_locals

        def register(function: F) -> F:
            self._register(function, event_class, make_hook, names)
            return function

        return register

    def _register(
        self,
        function: Callable[..., object],
        event_class: type[Event],
        make_hook: Callable[[], Hook],
        names: dict[str, Any],
    ) -> None:
        handler = Handler(function, event_class, names)
        try:
            hook = make_hook()
        except ValueError as error:
            raise RegistrationError(f"{handler}: {error}") from None
        self._registry.add(hook, handler)
        self._prepare_for(function)

    def _prepare_for(self, function: Callable[..., object]) -> None:
        """Logs in while the rest of the code is imported, where a function is going to call the platform."""
        settings = self._settings
        if settings.in_lambda and settings.base_url and settings.credentials and uses_biot(function):
            self.platform.prefetch()

    def _fetch_keys(self) -> list[RSAPublicKey]:
        if self._settings.base_url is None:
            raise KeysUnavailable("BIOT_BASE_URL is not set")
        return fetch_keys(self._settings.base_url, _KEY_TIMEOUT)
