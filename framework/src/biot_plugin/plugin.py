"""The plugin: decorators that register the author's functions, and the Lambda entry point."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar

from biot_plugin.callers.key_service import fetch_keys
from biot_plugin.callers.public_keys import PublicKeys
from biot_plugin.errors import RegistrationError
from biot_plugin.events.base import Event
from biot_plugin.events.interception import PreRequest
from biot_plugin.hooks.handler import Handler
from biot_plugin.hooks.interception import ApiHook, EntityHook
from biot_plugin.hooks.registry import Registry
from biot_plugin.init_phase import InitPhase
from biot_plugin.logs.logger import create_logger
from biot_plugin.settings import Settings
from biot_plugin.shared_transport import Platform
from biot_plugin.wire.kind import Kind

if TYPE_CHECKING:
    from typing import Protocol, overload

    from biot_plugin.asgi.cors import Cors
    from biot_plugin.asgi.interface import AsgiApplication
    from biot_plugin.dispatcher import Dispatcher
    from biot_plugin.events.direct_call import DirectCall
    from biot_plugin.events.scheduled import Scheduled
    from biot_plugin.hooks.base import Hook
    from biot_plugin.hooks.middleware import Middleware, Next
    from biot_plugin.hooks.published.decorators import (
        AdaptHandler,
        LiteralName,
        Name,
        NotificationHandler,
        OtherLiteralName,
        OtherName,
        PostHandler,
        PreHandler,
        UnknownEntityType,
        UnknownNotification,
        UnknownPostRequest,
        UnknownPreRequest,
    )
    from biot_plugin.hooks.published.names import ApiId, EntityType, NotificationAction, NotificationEntityType
    from biot_plugin.hooks.subscriptions import Subscriptions
    from biot_plugin.recording.options import Recording
    from biot_plugin.wire.lambda_context import LambdaContext

    # For mypy alone this is true: to it, a `LiteralString` is any `str`.
    MYPY = False

    ScheduledHandler = TypeVar("ScheduledHandler", bound=Callable[[Scheduled], object])
    DirectHandler = TypeVar("DirectHandler", bound=Callable[[DirectCall], object])
    MiddlewareFunction = TypeVar("MiddlewareFunction", bound=Callable[[Event, Next], object])

    class Resolver(Protocol):
        """A powertools resolver, such as `LambdaFunctionUrlResolver`."""

        def __call__(self, event: Any, context: Any) -> Any:
            """Handle a function URL request."""

    F = TypeVar("F", bound=Callable[..., object])


class Plugin:
    """A BioT plugin.

    Decorate functions with the hooks that they handle, and give Lambda `handler` as its entry point:

        plugin = Plugin()

        @plugin.pre_request("POST/organization/v1/users/patients")
        def trim_record_number(event: PreRequest) -> None:
            event.body["mrn"] = event.body["mrn"].strip()

        handler = plugin.handler

    In Lambda, creating a plugin starts to fetch the platform's public keys in the background, while the rest of the
    code is imported. Registering a handler or middleware whose code contains `event.biot` starts the log-in, too.
    `plugin.handler` waits for both, so take it last.

    Args:
        record: The share of events that are recorded in the log, with stand-ins for what identifies people, from 0 to
            1; or a `Recording`, which says more. The environment variable `PLUGIN_RECORD` overrides the share.

    Raises:
        RegistrationError: The share is no number from 0 to 1.

    Attributes:
        logger: The plugin's logger, a powertools `Logger`.
        keys: The platform's public keys, which verify callers.
        platform: The connection to the platform's API behind `event.biot`.
    """

    def __init__(self, *, record: float | Recording | None = None) -> None:
        self._settings = settings = Settings()
        self._registry = Registry()
        self._middleware: list[Middleware] = []
        self._init_phase = InitPhase()
        self.logger = create_logger(settings.app_name, in_lambda=settings.in_lambda)
        self.keys = PublicKeys(lambda: fetch_keys(settings.base_url))
        self.platform = Platform(settings)
        if record or settings.record:
            self._record(record or 0.0)
        if not settings.validate_jwt:
            self.logger.warning(
                "CALLERS ARE NOT VERIFIED: BIOT_SHOULD_VALIDATE_JWT is false, so anyone who knows this plugin's "
                "URL can call all of its hooks"
            )
        elif settings.in_lambda and settings.base_url:
            self.keys.prefetch(self._init_phase.start)

    def _record(self, record: float | Recording) -> None:
        """Have a share of the events recorded."""
        from biot_plugin.recording.options import Recording

        try:
            recording = record if isinstance(record, Recording) else Recording(record)
        except ValueError as error:
            raise RegistrationError(str(error)) from None
        share = recording._share_in(self._settings.record, self.logger.warning)
        if share:
            from biot_plugin.recording.recorded_platform import RecordedPlatform
            from biot_plugin.recording.sampling import SamplingDispatcher

            self.platform = platform = RecordedPlatform(self._settings)
            parts = (self._settings, self._registry, self._middleware, self.keys, platform, self.logger)
            self._dispatcher = SamplingDispatcher(recording, share, *parts)

    if TYPE_CHECKING:

        @overload
        def pre_request(  # type: ignore[overload-overlap]
            self,
            api_id: ApiId,
            *,
            order: int | None = None,
            normalize: bool = False,
            path_variables: Mapping[str, str] | None = None,
        ) -> Callable[[PreHandler], PreHandler]: ...

        if not MYPY:

            @overload
            def pre_request(
                self,
                api_id: LiteralName,
                *,
                order: int | None = None,
                normalize: bool = False,
                path_variables: Mapping[str, str] | None = None,
            ) -> UnknownPreRequest[LiteralName]: ...

        @overload
        def pre_request(
            self,
            api_id: Name,
            *,
            order: int | None = None,
            normalize: bool = False,
            path_variables: Mapping[str, str] | None = None,
        ) -> UnknownPreRequest[Name]: ...

    def pre_request(
        self,
        api_id: str,
        *,
        order: int | None = None,
        normalize: bool = False,
        path_variables: Mapping[str, str] | None = None,
    ) -> Any:
        """Register a handler of an API's requests, called before the API (contract section 2).

        Args:
            api_id: Method and path template, such as `"POST/organization/v1/users/patients"`. Type checkers refuse
                literals that are not published; a `str` may be any id, also one with values in place of variables.
            order: Position of the handler among all plugins' handlers of the API; overrides `interception-order`.
            normalize: Whether what the validation of the handler's model changes is sent, too, as by an assignment.
            path_variables: Values by variable name, which limit the handler to calls with them.

        Raises:
            RegistrationError: The id, a variable or the order is not valid, or the hook has a handler already.
        """
        return self._decorator(PreRequest, partial(ApiHook, Kind.PRE_REQUEST, api_id, order, path_variables), normalize)

    if TYPE_CHECKING:

        @overload
        def post_request(  # type: ignore[overload-overlap]
            self,
            api_id: ApiId,
            *,
            order: int | None = None,
            normalize: bool = False,
            path_variables: Mapping[str, str] | None = None,
        ) -> Callable[[PostHandler], PostHandler]: ...

        if not MYPY:

            @overload
            def post_request(
                self,
                api_id: LiteralName,
                *,
                order: int | None = None,
                normalize: bool = False,
                path_variables: Mapping[str, str] | None = None,
            ) -> UnknownPostRequest[LiteralName]: ...

        @overload
        def post_request(
            self,
            api_id: Name,
            *,
            order: int | None = None,
            normalize: bool = False,
            path_variables: Mapping[str, str] | None = None,
        ) -> UnknownPostRequest[Name]: ...

    def post_request(
        self,
        api_id: str,
        *,
        order: int | None = None,
        normalize: bool = False,
        path_variables: Mapping[str, str] | None = None,
    ) -> Any:
        """Register a handler of an API's responses, called before the caller gets them (contract section 2).

        Args:
            api_id: Method and path template, as for `pre_request`.
            order: Position of the handler among all plugins' handlers of the API.
            normalize: Whether what the validation of the handler's model changes is sent, too, as by an assignment.
            path_variables: Values by variable name, which limit the handler to calls with them.

        Raises:
            RegistrationError: The id, a variable or the order is not valid, or the hook has a handler already.
        """
        from biot_plugin.events.response_interception import PostRequest

        return self._decorator(
            PostRequest, partial(ApiHook, Kind.POST_REQUEST, api_id, order, path_variables), normalize
        )

    if TYPE_CHECKING:

        @overload
        def adapt_entity(  # type: ignore[overload-overlap]
            self, entity_type: EntityType, *, order: int | None = None, normalize: bool = False
        ) -> Callable[[AdaptHandler], AdaptHandler]: ...

        if not MYPY:

            @overload
            def adapt_entity(
                self, entity_type: LiteralName, *, order: int | None = None, normalize: bool = False
            ) -> UnknownEntityType[LiteralName]: ...

        @overload
        def adapt_entity(
            self, entity_type: Name, *, order: int | None = None, normalize: bool = False
        ) -> UnknownEntityType[Name]: ...

    def adapt_entity(self, entity_type: str, *, order: int | None = None, normalize: bool = False) -> Any:
        """Register a handler of the entities of a type in the responses of all APIs (contract section 2).

        Args:
            entity_type: Such as `"patient"`.
            order: Position of the handler among all plugins' handlers of the type.
            normalize: Whether what the validation of the handler's model changes is sent, too, as by an assignment.

        Raises:
            RegistrationError: The type or order is not valid, or the hook has a handler already.
        """
        from biot_plugin.events.response_interception import AdaptEntity

        return self._decorator(AdaptEntity, partial(EntityHook, entity_type, order), normalize)

    if TYPE_CHECKING:

        @overload
        def notification(  # type: ignore[overload-overlap]
            self, entity_type: NotificationEntityType, action: NotificationAction, *, template: str | None = None
        ) -> Callable[[NotificationHandler], NotificationHandler]: ...

        if not MYPY:

            @overload
            def notification(
                self, entity_type: LiteralName, action: OtherLiteralName, *, template: str | None = None
            ) -> UnknownNotification[LiteralName, OtherLiteralName]: ...

        @overload
        def notification(
            self, entity_type: NotificationEntityType, action: Name, *, template: str | None = None
        ) -> UnknownNotification[str, Name]: ...

        @overload
        def notification(
            self, entity_type: Name, action: NotificationAction, *, template: str | None = None
        ) -> UnknownNotification[Name, str]: ...

        @overload
        def notification(
            self, entity_type: Name, action: OtherName, *, template: str | None = None
        ) -> UnknownNotification[Name, OtherName]: ...

    def notification(self, entity_type: str, action: str, *, template: str | None = None) -> Any:
        """Register a handler of an action on entities of a type (contract section 3).

        Args:
            entity_type: Such as `"usage-session"`.
            action: With its leading underscore, such as `"_update"`.
            template: Name of a template to limit the handler to; None for all templates.

        Raises:
            RegistrationError: An argument is not valid, or the hook has a handler already.
        """
        from biot_plugin.events.notification import Notification
        from biot_plugin.hooks.notification import NotificationHook

        return self._decorator(Notification, partial(NotificationHook, entity_type, action, template))

    def scheduled(self, cron: str) -> Callable[[ScheduledHandler], ScheduledHandler]:
        """Register the handler of the plugin's schedule; a plugin has at most one (contract section 4.3).

        Args:
            cron: Minute, hour, day of month, month, day of week and year, in UTC: `"0 6 ? * MON-FRI *"`.

        Raises:
            RegistrationError: The platform would refuse the schedule, or the plugin has one already.
        """
        from biot_plugin.events.scheduled import Scheduled
        from biot_plugin.hooks.schedule import ScheduleHook

        return self._decorator(Scheduled, partial(ScheduleHook, cron))

    def endpoint(self, *, public: bool = False) -> Callable[[DirectHandler], DirectHandler]:
        """Register the handler of calls of the plugin's own URL (contract section 4).

        Args:
            public: Whether anyone may call it. Otherwise callers need a valid token of the platform.

        Raises:
            RegistrationError: The URL has a handler already.
        """
        from biot_plugin.events.direct_call import DirectCall
        from biot_plugin.hooks.endpoint import EndpointHook

        return self._decorator(DirectCall, partial(EndpointHook, public))

    def mount(self, resolver: Resolver, *, public: bool = False) -> None:
        """Register a powertools resolver as the handler of the plugin's own URL. Callers are verified first.

        Args:
            resolver: Such as `LambdaFunctionUrlResolver()`.
            public: Whether anyone may call it, as for `endpoint`.

        Raises:
            RegistrationError: The URL has a handler already.
        """

        def mounted(event: DirectCall) -> object:
            return resolver(event.raw, event.context)

        mounted.__qualname__ = type(resolver).__name__
        self.endpoint(public=public)(mounted)

    def middleware(self, function: MiddlewareFunction) -> MiddlewareFunction:
        """Register a function around every handler, the first registered outermost.

        It takes the event and `call_next`, which calls the next middleware or the handler. It stops a call by raising
        `Reject`, and may return what a handler may return. A call whose handler did not run does not pass; a direct
        call may get what the middleware returns instead.

        Raises:
            RegistrationError: It does not take these two arguments, or is `async`.
        """
        from biot_plugin.hooks.middleware import Middleware

        self._middleware.append(Middleware(function))
        self._prefetch_login(function)
        return function

    def subscriptions(self) -> Subscriptions:
        """Return the `subscriptions` that the decorators need in the plugin's configuration (contract section 6.4)."""
        from biot_plugin.hooks.subscriptions import subscriptions_of

        return subscriptions_of(hook for hook, _ in self._registry)

    @property
    def cron_schedule(self) -> str | None:
        """The `cronSchedule` in the plugin's configuration (contract section 6.3); None without a schedule."""
        return getattr(self._registry.first(Kind.SCHEDULED), "cron", None)

    @property
    def handler(self) -> Callable[[Any, LambdaContext], dict[str, Any]]:
        """The entry point for Lambda: a function that handles one event, and never raises.

        It takes the Lambda event, of any shape, and Lambda's context. It returns a function URL response: `statusCode`,
        `headers` and `body`, which is JSON text. Lambda's init phase ends once it is assigned, so it is returned when
        the keys and the log-in are there, or after three seconds without them.
        """
        # The dispatcher is created here, in init.
        self._dispatcher.prepare()
        self._init_phase.end(verifies=self._settings.validate_jwt, intercepts=self._registry.intercepts)
        return self._handle

    @cached_property
    def _dispatcher(self) -> Dispatcher:
        from biot_plugin.dispatcher import Dispatcher

        return Dispatcher(self._settings, self._registry, self._middleware, self.keys, self.platform, self.logger)

    def _handle(self, event: Any, context: LambdaContext) -> dict[str, Any]:
        return self._dispatcher(event, context)

    def asgi(
        self,
        *,
        threads: int = 32,
        queue: int = 64,
        timeout: float = 30.0,
        max_body_bytes: int = 6 * 1024 * 1024,
        body_timeout: float = 10.0,
        shutdown_timeout: float = 20.0,
        health_path: str | None = "/healthz",
        cors: Cors | None = None,
    ) -> AsgiApplication:
        """Create an ASGI application of the plugin, for servers other than Lambda.

        Callers are verified as in Lambda, and an HTTP request becomes the same event. Handlers run in threads, several
        at a time:

            uvicorn --factory index:plugin.asgi

        Args:
            threads: The most events that are handled at once.
            queue: The most events that wait for a thread; further ones are answered 503.
            timeout: Seconds after which a call is answered 504, waiting included. What a plain handler does goes on;
                one that is `async` is cancelled.
            max_body_bytes: The most bytes of a body; a larger one is answered 413. A reply may have as many, or 6 MB.
            body_timeout: Seconds in which a body must arrive; a slower one is answered 408.
            shutdown_timeout: Seconds that the end of the server waits for what is still handled.
            health_path: Path that answers 200 without a token, and without the handlers; None for no such path.
            cors: What browsers on other sites may call; None for nothing.

        Raises:
            RegistrationError: An option has a value that it cannot have.
        """
        from biot_plugin.asgi.application import Application, Parts
        from biot_plugin.asgi.options import Options

        options = Options(threads, queue, timeout, max_body_bytes, body_timeout, shutdown_timeout, health_path, cors)
        options.check()
        self._warn_of_what_is_missing()
        return Application(Parts(self.handler, self._settings, self.keys, self.platform, self.logger), options)

    def _warn_of_what_is_missing(self) -> None:
        """Log what the platform does for plugins that it runs, and nobody does here."""
        if self._settings.validate_jwt and not self._settings.base_url:
            self.logger.warning("BIOT_BASE_URL is not set: no caller can be verified, so all calls are refused")
        if self.cron_schedule:
            self.logger.warning(
                f"The schedule {self.cron_schedule} is not run here: have plugin.handler called with a scheduled event"
            )

    def _decorator(
        self, event_class: type[Event], create_hook: Callable[[], Hook], normalize: bool = False
    ) -> Callable[[F], F]:
        names = sys._getframe(2).f_locals

        def register(function: F) -> F:
            self._register(function, event_class, create_hook, names, normalize)
            return function

        return register

    def _register(
        self,
        function: Callable[..., object],
        event_class: type[Event],
        create_hook: Callable[[], Hook],
        names: dict[str, Any],
        normalize: bool,
    ) -> None:
        handler = Handler(function, event_class, names, normalize=normalize)
        try:
            hook = create_hook()
        except ValueError as error:
            raise RegistrationError(f"{handler}: {error}") from None
        self._registry.add(hook, handler)
        self._prefetch_login(function)

    def _prefetch_login(self, function: Callable[..., object]) -> None:
        """Start the log-in while the rest of the code is imported, if a function contains `event.biot`."""
        settings = self._settings
        if settings.in_lambda and settings.base_url and settings.credentials:
            from biot_plugin.hooks.api_call_detection import uses_biot

            if uses_biot(function):
                self.platform.prefetch(self._init_phase.start)
