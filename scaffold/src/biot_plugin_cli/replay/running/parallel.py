"""Several lanes beside each other, each of which takes the next event as soon as it is done with one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from biot_plugin_cli.replay.case import Case
from biot_plugin_cli.replay.codes.pair import Pair
from biot_plugin_cli.replay.running.held_tokens import HeldTokens
from biot_plugin_cli.replay.running.lane import Lane, Observations, open_lane
from biot_plugin_cli.terminal.signals import uninterrupted

__all__ = ["run_lanes"]

_POLL_SECONDS = 0.2
_JOIN_SECONDS = 0.1


def run_lanes(
    pair: Pair,
    cases: Iterator[Case],
    folder: Path,
    variables: Mapping[str, str],
    jobs: int,
    observe: Callable[[Observations], None],
) -> None:
    """Run all events; an interruption, or the first error, ends all processes.

    Args:
        pair: The two codes.
        cases: The events, which are read as they are needed.
        folder: A folder for temporary files.
        variables: Environment variables of both codes that take precedence over all others.
        jobs: How many lanes there are.
        observe: Gets what became of each event, one at a time, in the order in which they are done.

    Raises:
        CliError: A code cannot be imported or started, or an event is invalid.
    """
    lanes = _Lanes(pair, cases, folder, variables, observe)
    try:
        lanes.start(jobs)
        lanes.wait()
    finally:
        with uninterrupted():
            lanes.end()
    lanes.raise_failure()


class _Lanes:
    def __init__(
        self,
        pair: Pair,
        cases: Iterator[Case],
        folder: Path,
        variables: Mapping[str, str],
        observe: Callable[[Observations], None],
    ) -> None:
        self._pair, self._cases, self._folder, self._variables = pair, cases, folder, variables
        self._observe = observe
        self._lock = threading.Lock()
        self._observing = threading.Lock()
        self._open: set[Lane] = set()
        self._stopped = threading.Event()
        self._failure: BaseException | None = None
        # Not Thread.join(): a thread whose join() was interrupted counts as ended from then on.
        self._threads: dict[threading.Thread, threading.Event] = {}

    def start(self, jobs: int) -> None:
        """Start the threads, with the first event for each of them: no lane is made for nothing."""
        for number in range(jobs):
            case = self._next()
            if case is None:
                return
            done, name = threading.Event(), f"replay-{number}"
            thread = threading.Thread(target=self._run, args=(number, case, done), name=name, daemon=True)
            self._threads[thread] = done
            thread.start()

    def wait(self) -> None:
        """Wait until all is done, or something has failed."""
        for done in self._threads.values():
            while not self._stopped.is_set() and not done.wait(_POLL_SECONDS):
                pass

    def end(self) -> None:
        """End what still runs, and wait for it."""
        self._stopped.set()
        for thread, done in self._threads.items():
            while thread.is_alive() and not done.wait(_JOIN_SECONDS):
                with self._lock:
                    lanes = [*self._open]
                for lane in lanes:
                    lane.kill()
            if thread.ident is not None:
                thread.join()

    def raise_failure(self) -> None:
        """Raise what has failed first, if anything has."""
        if self._failure is not None:
            raise self._failure

    def _run(self, number: int, first: Case, done: threading.Event) -> None:
        try:
            folder = self._folder / f"lane-{number}"
            with open_lane(self._pair, folder, self._variables, first, HeldTokens()) as lane:
                with self._lock:
                    self._open.add(lane)
                lane.start(first)
                self._run_cases(lane, first)
        except BaseException as error:  # it is raised again where the command waits
            with self._lock:
                self._failure = self._failure or error
            self._stopped.set()
        finally:
            done.set()

    def _run_cases(self, lane: Lane, first: Case) -> None:
        case: Case | None = first
        while case is not None and not self._stopped.is_set():
            observations = lane.run(case)
            with self._observing:
                # What was ended early says nothing.
                if not self._stopped.is_set():
                    self._observe(observations)
            case = self._next()

    def _next(self) -> Case | None:
        with self._lock, suppress(StopIteration):
            return next(self._cases)
        return None
