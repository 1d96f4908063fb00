"""The replies to calls that were stopped, and what the log says of them. Loaded by `init_phase`, or with the first."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from biot_plugin.errors import Reject
from biot_plugin.logs.redaction import mask_exception
from biot_plugin.platform_errors import PlatformError
from biot_plugin.replies.details import lost_details_message
from biot_plugin.replies.error import error_reply, internal_error_reply
from biot_plugin.wire.kind import Kind
from biot_plugin.wire.well_formed import well_formed

if TYPE_CHECKING:
    from aws_lambda_powertools.logging import Logger

    from biot_plugin.hooks.registry import Registry
    from biot_plugin.replies.response import Reply
    from biot_plugin.settings import Settings
    from biot_plugin.wire.envelope import Envelope
    from biot_plugin.wire.trace import Trace


class StoppedCalls:
    """Turns errors into replies.

    Args:
        settings: The names of the plugin and its environment.
        registry: The plugin's handlers.
        logger: The plugin's logger.
    """

    def __init__(self, settings: Settings, registry: Registry, logger: Logger) -> None:
        self._settings = settings
        self._registry = registry
        self._logger = logger

    def reply(self, error: BaseException, envelope: Envelope, trace: Trace) -> Reply:
        """Log an error, and build its reply. A log that cannot be written costs no reply."""
        try:
            return self._explain(error, envelope, trace)
        except BaseException:
            return internal_error_reply(trace, self._settings)

    def _explain(self, error: BaseException, envelope: Envelope, trace: Trace) -> Reply:
        if isinstance(error, PlatformError):
            self._logger.exception(f"The handler did not catch the error of a call to the platform: {error}")
            return self._reject(self._to_reject(error, envelope), trace, is_logged=True)
        if not isinstance(error, Reject):
            self._logger.exception("A handler failed")
            return internal_error_reply(trace, self._settings)
        try:
            return self._reject(error, trace)
        except Exception as problem:
            self._logger.error(
                f"{type(error).__name__} cannot be sent as an error ({type(problem).__name__}): a class that extends "
                "Reject must call super().__init__(status, code, message), and leave the types of its attributes alone"
            )
            return internal_error_reply(trace, self._settings)

    def _reject(self, reject: Reject, trace: Trace, *, is_logged: bool = False) -> Reply:
        lost: list[str] = []
        reply = error_reply(reject, trace, self._settings, lambda path, type: lost.append(f"{path} ({type})"))
        with suppress(Exception):  # An author's filter of the log may raise.
            if not is_logged:
                self._log(reject)
            if lost:
                self._logger.warning(well_formed(lost_details_message(lost)))
        return reply

    def _to_reject(self, error: PlatformError, envelope: Envelope) -> Reject:
        """Convert the error of a failed call; callers of a public endpoint do not get the platform's message."""
        is_public = self._registry.is_public(Kind.of(envelope.event, envelope.headers))
        return PlatformError._reject(error) if is_public else error._reject()

    def _log(self, reject: Reject) -> None:
        """Log that a call was stopped: as an error where the plugin is the cause."""
        log = self._logger.error if reject.status >= 500 else self._logger.warning
        cause = reject.__cause__
        log(well_formed(f"Stopped the call: {mask_exception(reject)}"), extra={"cause": cause} if cause else None)
