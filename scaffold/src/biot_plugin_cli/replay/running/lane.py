"""The processes that get the same events in the same order: whatever one of them remembers, the others do too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from biot_emulator import InvalidEvent, SandboxUnavailable, Ums, prepare_event
from biot_emulator.http.request import Request
from biot_emulator.http.response import Response
from biot_plugin_cli.answers.answering import FileAnswers
from biot_plugin_cli.errors import CliError, OperationFailed, UsageError
from biot_plugin_cli.plugin.invocation_errors import invocation_failure
from biot_plugin_cli.replay.case import Case
from biot_plugin_cli.replay.codes.pair import Pair
from biot_plugin_cli.replay.codes.runnable import RunnableCode
from biot_plugin_cli.replay.differences.observation import Observation
from biot_plugin_cli.replay.running.held_tokens import HeldTokens
from biot_plugin_cli.replay.running.worker import Worker
from biot_plugin_cli.terminal.redaction import Secrets

__all__ = ["Lane", "Observations", "open_lane"]

# A part of an upload has five megabytes or more.
_MAX_BODY_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Observations:
    """What became of one event.

    Attributes:
        case: The event.
        old: What the older code did.
        again: What it did in a second process: where that differs, it differs by itself.
        new: What the present code did.
    """

    case: Case
    old: Observation
    again: Observation
    new: Observation


class Lane:
    """Three processes: two of the older code and one of the present code.

    They get an event one after the other, so that each has the processor for itself while it is measured.

    Args:
        pair: The two codes.
        folder: A folder of its own.
        variables: Environment variables of both codes that take precedence over all others.
        first: The first event.
        ums: The keys and tokens, from which the processes get theirs.
        tokens: Signs the tokens.
        respond_with: Has calls answered by answers.
    """

    def __init__(
        self,
        pair: Pair,
        folder: Path,
        variables: Mapping[str, str],
        first: Case,
        ums: Ums,
        tokens: HeldTokens,
        respond_with: Callable[[FileAnswers | None], None],
    ) -> None:
        def worker(code: RunnableCode, name: str) -> Worker:
            return Worker(code, ums, respond_with, folder / name, variables, first)

        self._pair, self._ums, self._tokens, self._respond_with = pair, ums, tokens, respond_with
        self.old, self.again, self.new = worker(pair.old, "old"), worker(pair.old, "again"), worker(pair.new, "new")

    @property
    def workers(self) -> tuple[Worker, Worker, Worker]:
        """Its processes."""
        return self.old, self.again, self.new

    def start(self, first: Case) -> None:
        """Start all processes.

        Args:
            first: The first event, whose answers are those to calls of the import.

        Raises:
            PluginImportError: The present code cannot be imported.
            OperationFailed: The older code cannot be, or a process cannot be started.
        """
        try:
            for worker, code in ((self.new, self._pair.new), (self.old, self._pair.old), (self.again, self._pair.old)):
                self._respond_with(FileAnswers(first.answers))
                if error := worker.start():
                    secrets = Secrets(self._tokens.issued, self._ums.secret_key, worker.environment)
                    shown_by = "biot-plugin invoke" if code is self._pair.new else "biot-plugin invoke in that commit"
                    raise self._failure(code, invocation_failure(error, code.plugin.manifest, secrets, shown_by))
        except SandboxUnavailable as error:
            raise OperationFailed(str(error)) from error

    def run(self, case: Case) -> Observations:
        """Run an event through all processes.

        Raises:
            UsageError: The event cannot be sent.
            OperationFailed: A process cannot be started.
        """
        self._tokens.hold(case.nanoseconds // 1_000_000_000, case.seed, case.claims)
        try:
            event = prepare_event(case.event, self._tokens.sign_for)
            old, new, again = (worker.run(case, event) for worker in (self.old, self.new, self.again))
        except InvalidEvent as error:
            raise UsageError(f"{case.source} cannot be sent: {error}") from error
        except SandboxUnavailable as error:
            raise OperationFailed(str(error)) from error
        if any(observation.has_ended for observation in (old, new, again)):
            # Where one begins anew, all of them do: they would remember different events.
            self.restart()
        return Observations(case, old, again, new)

    def restart(self) -> None:
        """End all processes: the next event is for new ones."""
        for worker in self.workers:
            worker.restart()

    def kill(self) -> None:
        """End all processes from another thread."""
        for worker in self.workers:
            worker.kill()

    def _failure(self, code: RunnableCode, failure: CliError) -> CliError:
        if code is self._pair.new:
            return failure
        reason = str(failure).replace("The plugin", f"The older code, {code.what},", 1)
        return OperationFailed(f"{reason}, or choose other code with --against")


@contextmanager
def open_lane(
    pair: Pair, folder: Path, variables: Mapping[str, str], first: Case, tokens: HeldTokens
) -> Iterator[Lane]:
    """Create a lane, and end everything of it at the end of the context."""
    current: list[FileAnswers] = []

    def respond_with(answers: FileAnswers | None) -> None:
        current[:] = [] if answers is None else [answers]

    def respond(request: Request) -> Response | None:
        # What a process does after its reply, Lambda does not let it do.
        return current[0](request) if current else None

    with ExitStack() as stack:
        ums = stack.enter_context(Ums(tokens, others=respond, max_body=_MAX_BODY_BYTES))
        lane = Lane(pair, folder, variables, first, ums, tokens, respond_with)
        stack.callback(lane.restart)
        yield lane
