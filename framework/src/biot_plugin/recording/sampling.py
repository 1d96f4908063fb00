"""Handles events as ever, and writes the record of some of them to the log."""

from __future__ import annotations

import json
import os
import sys
import threading
from contextlib import suppress
from datetime import datetime, timezone
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING, Any

from biot_plugin.dispatcher import Dispatcher
from biot_plugin.logs.thread_traces import current_scope
from biot_plugin.recording.log_lines import TooLarge, log_lines
from biot_plugin.recording.own_words import words_of_plugin
from biot_plugin.recording.record import write_record
from biot_plugin.recording.recorded_platform import RecordedPlatform
from biot_plugin.recording.safe_names import SafeNames

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_lambda_powertools.logging import Logger

    from biot_plugin.callers.public_keys import PublicKeys
    from biot_plugin.events.base import Event
    from biot_plugin.hooks.middleware import Middleware
    from biot_plugin.hooks.registry import Registry
    from biot_plugin.recording.options import Recording
    from biot_plugin.recording.platform_answers import Answer
    from biot_plugin.replies.response import Reply
    from biot_plugin.settings import Settings
    from biot_plugin.wire.envelope import Envelope
    from biot_plugin.wire.lambda_context import LambdaContext
    from biot_plugin.wire.trace import Trace

__all__ = ["SamplingDispatcher"]

#: Characters that an event may have to be recorded, with the reply and the answers.
_MAX_CHARACTERS = 512 * 1024
#: Milliseconds that recording takes at most for each character on a whole processor, and the memory that has one.
_MS_PER_CHARACTER, _MEMORY_OF_PROCESSOR = 0.002, 1769
_RANGE = 2**32


class SamplingDispatcher(Dispatcher):
    """Records a share of the events whose caller is verified. What goes wrong with that is no event's concern.

    What could not be recorded is counted, and the next record has the count as `dropped`.
    """

    def __init__(
        self,
        recording: Recording,
        share: float,
        settings: Settings,
        registry: Registry,
        middleware: Sequence[Middleware],
        keys: PublicKeys,
        platform: RecordedPlatform,
        logger: Logger,
    ) -> None:
        super().__init__(settings, registry, middleware, keys, platform, logger)
        self._recording = recording
        self._threshold = int(share * _RANGE)
        self._recorded_platform = platform
        self._key = recording._key_in(os.environ, logger.warning)
        self._lock = threading.Lock()
        self._dropped: dict[str, int] = {}
        self._claims: dict[int, Any] = {}

    def prepare(self) -> None:
        """Read the plugin's code, all of which is imported now."""
        self._names  # noqa: B018

    @cached_property
    def _names(self) -> SafeNames:
        functions = [handler for _, handler in self._registry] + [*self._middleware]
        with suppress(Exception):  # Without it, more is replaced.
            return SafeNames(self._recording.safe, words_of_plugin({function.module for function in functions}))
        return self._recording._names

    def _try(self, raw: object, envelope: Envelope, trace: Trace, context: LambdaContext) -> Reply:
        if not isinstance(raw, dict) or int.from_bytes(os.urandom(4), "big") >= self._threshold:
            return super()._try(raw, envelope, trace, context)
        with suppress(ValueError, TypeError, RecursionError):
            # A handler may change the event.
            return self._recorded(json.dumps(raw), envelope, trace, context)
        self._drop("not JSON")
        return super()._try(raw, envelope, trace, context)

    def _recorded(self, text: str, envelope: Envelope, trace: Trace, context: LambdaContext) -> Reply:
        scope: Any = current_scope.get()
        answers = self._recorded_platform.record(scope)
        now, started = datetime.now(timezone.utc), perf_counter()
        try:
            reply = super()._try(envelope.event, envelope, trace, context)
            duration = round((perf_counter() - started) * 1000, 2)
            self._write(text, answers.all(), reply, self._claims.get(id(scope)), now, duration, context)
        finally:
            self._claims.pop(id(scope), None)
            self._recorded_platform.forget(scope)
        return reply

    def _parse(self, envelope: Envelope, trace: Trace, context: LambdaContext) -> Event:
        event = super()._parse(envelope, trace, context)
        self._claims[id(current_scope.get())] = event.claims
        return event

    def _write(
        self,
        text: str,
        answers: list[Answer],
        reply: Reply,
        claims: Any,
        now: datetime,
        duration: float,
        context: LambdaContext,
    ) -> None:
        """Write the record to standard output, unless the event is one of a caller who is not verified."""
        if claims is None:
            return
        try:
            reason = self._refusal(text, answers, reply, context)
            lines = [] if reason else self._lines(text, answers, reply, claims, now, duration, context)
        except TooLarge:
            reason, lines = "too large", []
        except Exception as error:
            reason, lines = type(error).__name__, []
        if reason:
            self._drop(reason)
            return
        with suppress(Exception):  # Nothing is left to write to.
            sys.stdout.write("".join(f"{line}\n" for line in lines))
            sys.stdout.flush()
            self._dropped = {}

    def _lines(
        self,
        text: str,
        answers: list[Answer],
        reply: Reply,
        claims: Any,
        now: datetime,
        duration: float,
        context: LambdaContext,
    ) -> list[str]:
        facts = {"durationMs": duration, "plugin": _plugin(context), "dropped": {**self._dropped} or None}
        return log_lines(
            write_record(
                self._key, self._names, now, json.loads(text), answers, reply=reply, claims=dict(claims), **facts
            )
        )

    def _refusal(self, text: str, answers: list[Answer], reply: Reply, context: LambdaContext) -> str | None:
        """Return why an event is not recorded: for its size, or because its caller would wait too long."""
        characters = len(text) + len(str(reply.get("body"))) + sum(len(str(answer.reply)) for answer in answers)
        if characters > _MAX_CHARACTERS:
            return "too large"
        processor = min(1.0, int(context.memory_limit_in_mb) / _MEMORY_OF_PROCESSOR)
        if characters * _MS_PER_CHARACTER / processor > context.get_remaining_time_in_millis() / 2:
            return "no time"
        return None

    def _drop(self, reason: str) -> None:
        with self._lock:
            self._dropped[reason] = self._dropped.get(reason, 0) + 1


def _plugin(context: LambdaContext) -> dict[str, str]:
    return {"name": str(context.function_name), "version": str(context.function_version)}
