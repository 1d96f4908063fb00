"""One process of a code, for one event after the other."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from biot_emulator import Runtime, Ums
from biot_plugin_cli.answers.answering import FileAnswers
from biot_plugin_cli.replay.case import Case
from biot_plugin_cli.replay.codes.runnable import RunnableCode
from biot_plugin_cli.replay.differences.observation import Observation

if TYPE_CHECKING:
    from biot_emulator import InvocationError

__all__ = ["MEMBER", "Worker"]

MEMBER = "biot-plugin-replay"
"""The member of an event that has what is held; the process takes it out before the plugin gets the event."""

_SETTINGS = "BIOT_PLUGIN_REPLAY"
_LOG_STREAM = "2026/01/01/[$LATEST]00000000000000000000000000000000"


class Worker:
    """A process that is replaced when it ends.

    Args:
        code: The code.
        ums: The keys and tokens that it uses.
        respond_with: Has the calls of the process answered by answers, from now on; None by none.
        folder: A folder of its own.
        variables: Environment variables that take precedence over all others.
        first: The first event, whose time and randomness are those of the import.
    """

    def __init__(
        self,
        code: RunnableCode,
        ums: Ums,
        respond_with: Callable[[FileAnswers | None], None],
        folder: Path,
        variables: Mapping[str, str],
        first: Case,
    ) -> None:
        self._respond_with = respond_with
        self._report = folder / "refused"
        self._read = 0
        temporary = folder / "tmp"
        temporary.mkdir(parents=True)
        self._report.touch()
        settings = {
            "instant": first.nanoseconds,
            "seed": 0,
            "allowed": [ums.url.removeprefix("http://")],
            "report": str(self._report),
            "packages": code.packages,
        }
        # The same for both codes, so that they do not differ by what is random for each process.
        held = {
            _SETTINGS: json.dumps(settings),
            "PYTHONHASHSEED": "0",
            "AWS_LAMBDA_LOG_STREAM_NAME": _LOG_STREAM,
        }
        function = code.function(ums.plugin_environment, {**variables, **held}, temporary)
        self.environment = function.environment
        self._runtime = Runtime(function)

    def start(self) -> InvocationError | None:
        """Start the process, and return why the code cannot be imported, if so.

        Raises:
            SandboxUnavailable: It cannot be started.
        """
        return self._runtime.start().wait_until_ready()

    def run(self, case: Case, event: Mapping[str, Any]) -> Observation:
        """Run an event.

        Args:
            case: The event.
            event: It as it is sent, with its tokens.

        Raises:
            InvalidEvent: It cannot be sent.
            SandboxUnavailable: The process cannot be started.
        """
        answers = FileAnswers(case.answers)
        self._respond_with(answers)
        try:
            held = {"instant": case.nanoseconds, "seed": case.seed}
            invocation = self._runtime.invoke({**event, MEMBER: held})
        finally:
            self._respond_with(None)
            answers.close()
        has_ended = not self._runtime.is_running
        return Observation.of(invocation, answers.calls.all(), self._refused(), has_ended=has_ended)

    def restart(self) -> None:
        """End the process: the next event is for a new one."""
        self._runtime.close()

    def kill(self) -> None:
        """End the process from another thread."""
        self._runtime.kill()

    def _refused(self) -> tuple[str, ...]:
        """Return what the process wanted to reach since the last event."""
        if self._report.stat().st_size == self._read:
            return ()
        with self._report.open("rb") as file:
            file.seek(self._read)
            content = file.read()
        self._read += len(content)
        return tuple(content.decode(errors="replace").splitlines())
