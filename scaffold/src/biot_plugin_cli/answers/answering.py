"""Answers the calls of one invocation by the rules of files."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from biot_emulator.fixtures.key_and_token_service import error_response
from biot_emulator.http.request import Request
from biot_emulator.http.response import Response
from biot_plugin_cli.answers.file import Answers
from biot_plugin_cli.answers.platform_calls import CallLog, PlatformCall, call_of
from biot_plugin_cli.answers.signed_files import UPLOAD_PATHS, SignedFiles

if TYPE_CHECKING:
    from biot_plugin_cli.answers.rule import Rule

__all__ = ["FileAnswers"]

_TIMEOUT_SECONDS = 900


class FileAnswers:
    """Responds to the calls of one invocation, and records them.

    Args:
        answers: What the platform answers.

    Attributes:
        calls: The calls.
        source: What the answers are from, for people.
    """

    def __init__(self, answers: Answers) -> None:
        self.calls = CallLog()
        self.source = _source(answers)
        self._answers = answers
        self._files = SignedFiles()
        self._lock = threading.Lock()
        self._used: Counter[int] = Counter()
        self._closed = threading.Event()

    def advice(self, call: PlatformCall) -> str:
        """Say how to have a call answered that was not; empty for one that was."""
        if call.answered_by:
            return ""
        return f'add "{call.method} {call.path}": {{"answer": {{}}}} to {self._answers.suggested}'

    def close(self) -> None:
        """End the calls that get no answer."""
        self._closed.set()

    def __call__(self, request: Request) -> Response | None:
        """Respond to a request; None ends the connection."""
        if self._files.serves(request.path):
            return self._files.transfer(request)
        call = call_of(request)
        chosen = self._choose(call)
        answered_by = f"{chosen[0]}: {chosen[1].key}" if chosen else None
        with self.calls.answering(call._replace(answered_by=answered_by)) as tell:
            response = self._respond(request, call, chosen[1]) if chosen else self._refuse(request)
            tell(response)
        return response

    def _choose(self, call: PlatformCall) -> tuple[Path, Rule] | None:
        """Choose the most precise rule; of equal ones of one key, each once in turn, and then the last one again."""
        matching = [entry for entry in self._answers.rules if _is_for(entry[1], call)]
        if not matching:
            return None
        # What the event's own file says goes before what is said for all events.
        matching = [entry for entry in matching if entry[0] == matching[0][0]]
        best = max(rule.precision for _, rule in matching)
        file, first = next(entry for entry in matching if entry[1].precision == best)
        in_turn = [rule for _, rule in matching if (rule.key, rule.precision) == (first.key, best)]
        with self._lock:
            position = self._used[id(first)]
            self._used[id(first)] += 1
        return file, in_turn[min(position, len(in_turn) - 1)]

    def _respond(self, request: Request, call: PlatformCall, rule: Rule) -> Response | None:
        reply = rule.reply
        if reply.error:
            if reply.error == "timeout":
                self._closed.wait(_TIMEOUT_SECONDS)
            return None
        if reply.accepts_uploads:
            return self._files.accept(request, call) or self._refuse(request)
        if reply.download:
            return self._files.offer(request, call, reply.download)
        return Response(reply.status_code, dict(reply.headers), reply.body(call))

    def _refuse(self, request: Request) -> Response:
        return error_response(request, 404, "NOT_FOUND", f"{request.method} [{request.path}] is not known here")


def _source(answers: Answers) -> str:
    files = " and ".join(str(file) for file in answers.files)
    return f"{files}, beside the event" if answers.is_automatic and files else files


def _is_for(rule: Rule, call: PlatformCall) -> bool:
    """Whether a rule is for a call; one that accepts uploads is for everything that belongs to them."""
    if not rule.reply.accepts_uploads:
        return rule.matches(call)
    return call.method in ("POST", "DELETE") and any(
        call.path == path or call.path.startswith(f"{path}/") for path in UPLOAD_PATHS
    )
