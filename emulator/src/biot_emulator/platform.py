"""A platform, put together: what a server serves, and what its owner looks into."""

from __future__ import annotations

from dataclasses import dataclass

from biot_emulator.api.call import Call
from biot_emulator.api.error_responses import ErrorResponses
from biot_emulator.api.errors import ApiError
from biot_emulator.api.gateway import Admission, Gateway
from biot_emulator.api.response import ApiResponse
from biot_emulator.api.router import Router
from biot_emulator.function_url.event_from_request import UrlRequest
from biot_emulator.hooks.direct_calls import FunctionUrls
from biot_emulator.http.response import Response
from biot_emulator.invocations.history import Invocations
from biot_emulator.operator.records.event_folder import EventFolder
from biot_emulator.operator.records.exchanges import Exchanges
from biot_emulator.operator.records.repetition import Repetition
from biot_emulator.registry.credentials import RegistryCredentials
from biot_emulator.registry.exchange import Exchange
from biot_emulator.registry.local import LocalRegistry
from biot_emulator.security.tokens import TokenIssuer
from biot_emulator.services.files.content import FileContent
from biot_emulator.services.settings.plugins import Plugins
from biot_emulator.state.clock import Clock
from biot_emulator.state.lifecycle import Lifecycle
from biot_emulator.state.public_address import PublicAddress
from biot_emulator.state.store import Store
from biot_emulator.timelines.details import Timelines
from biot_emulator.timelines.history import CallHistory

__all__ = ["ImageServices", "OperatorRecords", "Platform"]


@dataclass(frozen=True, slots=True)
class ImageServices:
    """What the platform serves for the images of plugins.

    Attributes:
        registry: Its own registry; None where images are elsewhere.
        credentials: Who may use it.
        exchange: Exchanges temporary credentials for a log-in.
    """

    registry: LocalRegistry | None
    credentials: RegistryCredentials
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class OperatorRecords:
    """What happened, as an operator sees it.

    Attributes:
        timelines: Calls with their steps.
        repetition: Sends calls again, and invokes plugins again.
        events: Saves events of invocations.
        exchanges: Has invocations recorded.
    """

    timelines: Timelines
    repetition: Repetition
    events: EventFolder
    exchanges: Exchanges


@dataclass(frozen=True, slots=True)
class Platform:
    """What `biot-emulator serve` serves; `build_platform` makes one.

    Attributes:
        gateway: Handles the calls of APIs.
        function_urls: Handles the requests to the addresses of plugins.
        errors: Renders what goes wrong.
        public_address: Where it is served.
        lifecycle: Resets and ends it.
        router: Every route.
        store: The state.
        clock: Its time.
        tokens: Its tokens and keys.
        plugins: The plugins.
        invocations: The last invocations of plugins.
        calls: The last calls, with their steps.
        records: Shows them with their contents, and does them again.
        images: Registry and log-in for the images of plugins.
        files: The content of files, for whoever has a signed URL.
    """

    gateway: Gateway
    function_urls: FunctionUrls
    errors: ErrorResponses
    public_address: PublicAddress
    lifecycle: Lifecycle
    router: Router
    store: Store
    clock: Clock
    tokens: TokenIssuer
    plugins: Plugins
    invocations: Invocations
    calls: CallHistory
    records: OperatorRecords
    images: ImageServices
    files: FileContent

    def locate(self, base_url: str) -> None:
        """Say where it is served; the server does so before the first call."""
        self.public_address.url = base_url
        self.plugins.follow_address()

    def handle(self, call: Call) -> ApiResponse:
        """Respond to a call of an API. Never raises."""
        return self.gateway.handle(call)

    def admit(self, call: Call) -> Admission | ApiResponse:
        """Admit a call by its path and headers alone, or return the response that refuses it. Never raises."""
        return self.gateway.admit(call)

    def respond(self, admission: Admission) -> ApiResponse:
        """Respond to a call that was admitted. Never raises."""
        return self.gateway.respond(admission)

    def has_function_url(self, address: str) -> bool:
        """Whether a plugin has this address."""
        return self.function_urls.has(address)

    def knows_function_url(self, address: str) -> bool:
        """Whether a plugin has this address, as far as that is known without any wait: no is no answer."""
        return self.function_urls.knows(address)

    def handle_function_url(self, address: str, request: UrlRequest) -> Response:
        """Respond to a request to the plugin that has this address."""
        return self.function_urls.handle(address, request)

    def error(self, error: ApiError, call: Call) -> ApiResponse:
        """Render an error as the response to a call."""
        return self.errors.render(error, call)

    def failure(self, error: Exception, call: Call) -> ApiResponse:
        """Render whatever was raised as the response to a call."""

        def fail() -> ApiResponse:
            raise error

        return self.errors.guard(call, fail)

    def reset(self) -> None:
        """Reset the state, but for the keys: tokens that were signed before stay valid."""
        self.lifecycle.reset()

    def stop(self) -> None:
        """End every thread and process that it has started."""
        self.lifecycle.stop()

    def close(self) -> None:
        """Stop, and close the state."""
        self.lifecycle.close()
