"""The connection to the platform, which takes down what is answered to the events that are recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from biot_plugin.api_client.transport import Transport
from biot_plugin.logs.thread_traces import EventScope, scope_of_thread
from biot_plugin.recording.platform_answers import PlatformAnswers
from biot_plugin.shared_transport import Platform

if TYPE_CHECKING:
    from biot_plugin.api_client.retrying.attempts import OnRetry
    from biot_plugin.http.messages import Request, Response
    from biot_plugin.http.time_limit import TimeLimit
    from biot_plugin.settings import Settings

__all__ = ["RecordedPlatform"]


class RecordedPlatform(Platform):
    """Shares a transport, and records the answers of some events."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._answers: dict[int, PlatformAnswers] = {}

    def record(self, scope: EventScope) -> PlatformAnswers:
        """Record the answers of an event, until `forget` is called."""
        answers = self._answers[id(scope)] = PlatformAnswers()
        return answers

    def forget(self, scope: EventScope) -> None:
        """Record no more answers of an event."""
        self._answers.pop(id(scope), None)

    def transport(self) -> Transport:
        """Return the shared transport, for the event that the current thread works for.

        Raises:
            NotConfigured: The platform's URL or the service user is missing in the environment.
        """
        transport = super().transport()
        answers = self._answers.get(id(scope_of_thread()))
        return transport if answers is None else _RecordedTransport(transport, answers)


class _RecordedTransport(Transport):
    """Sends the calls of one event, and takes down what is answered."""

    def __init__(self, transport: Transport, answers: PlatformAnswers) -> None:
        self._transport = transport
        self._answers = answers
        self.base_url = transport.base_url

    def prefetch(self, traceparent: str) -> None:
        """Log in early, if possible."""
        self._transport.prefetch(traceparent)

    def token(self, traceparent: str, time: TimeLimit) -> str:
        """Return the token of the plugin's service user."""
        return self._transport.token(traceparent, time)

    def call(self, request: Request, time: TimeLimit, on_retry: OnRetry) -> Response:
        """Send an API call."""
        position = self._answers.begin()
        try:
            response = self._transport.call(request, time, on_retry)
        except BaseException as error:
            self._answers.fail(position, request, error)
            raise
        self._answers.add(position, request, response)
        return response

    def transfer(self, request: Request, time: TimeLimit, on_retry: OnRetry) -> Response:
        """Send a file, or fetch one: no part of a record."""
        return self._transport.transfer(request, time, on_retry)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()
