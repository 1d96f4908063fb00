"""One run: look for leftovers, show what will be made, make it, observe, and remove all of it, whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial

from biot_emulator.learning.cleaning import find_runs, remove_run
from biot_emulator.learning.connection import Connection
from biot_emulator.learning.errors import UNEXPECTED, CannotObserve
from biot_emulator.learning.findings import Findings
from biot_emulator.learning.laboratory import Laboratory
from biot_emulator.learning.names import ProbeNames
from biot_emulator.learning.observing.steps import STEPS, Step
from biot_emulator.learning.options import RUNTIMES
from biot_emulator.learning.pace import Pace
from biot_emulator.learning.plan import plan_lines

__all__ = ["Session"]

_NO_ADAPT = "ADAPT_ENTITY was left out: --adapt-entity observes it, on a platform where nobody else is at work"


@dataclass(slots=True)
class Session:
    """A run on a platform.

    Attributes:
        connection: Calls the platform.
        say: Prints a line.
        confirm: Asks whether to go on.
        pace: How long what is waited for.
        adapt_entity: Whether ADAPT_ENTITY is observed too.
        runtimes: The runtimes that are tried, in order.
        pass_time: Called while a schedule is waited for.
        names: The names of what it makes.
        held: Lets no signal cut short what is done inside.
        steps: The observations, by name, in order.
    """

    connection: Connection
    say: Callable[[str], None]
    confirm: Callable[[str], bool]
    pace: Pace = field(default_factory=Pace)
    adapt_entity: bool = False
    runtimes: tuple[str, ...] = RUNTIMES
    pass_time: Callable[[], None] = lambda: None
    names: ProbeNames = field(default_factory=ProbeNames.new)
    held: Callable[[], AbstractContextManager[None]] = nullcontext
    steps: Mapping[str, Step] = field(default_factory=lambda: STEPS)

    def run(self, *, dry: bool = False) -> Findings | None:
        """Observe a platform.

        Args:
            dry: Make nothing, and only say what would be made.

        Returns:
            What was observed; None where nothing was asked for, or nobody confirmed it.

        Raises:
            EmulatorError: It could not go on. Everything that it made is removed, unless the error is LeftBehind.
        """
        self.connection.log_in()
        leftovers = sorted(find_runs(self.connection))
        for line in plan_lines(self.names, self.connection.base_url, leftovers, adapt_entity=self.adapt_entity):
            self.say(line)
        laboratory = Laboratory(self.connection, self.names, self.pace, self.runtimes, self.pass_time)
        laboratory.hooks.choose_orders()
        if dry:
            self.say("Nothing was made: this was a dry run")
            return None
        if not self._remove_leftovers(leftovers) or not self.confirm("Make this, observe, and remove it again?"):
            self.say("Aborted; nothing was made")
            return None
        with self.held():
            return self._observe(laboratory)

    def _remove_leftovers(self, runs: Sequence[str]) -> bool:
        if not runs:
            return True
        if not self.confirm("Remove what earlier runs left, unless one of them is still at work?"):
            return False
        with self.held():
            self._remove(runs)
        return True

    def _remove(self, runs: Sequence[str]) -> None:
        for run in runs:
            remove_run(self.connection, ProbeNames(run), self.pace)
            self.say(f"Removed what the run {run} left")

    def _observe(self, laboratory: Laboratory) -> Findings:
        findings = Findings()
        try:
            laboratory.prepare()
            self._observe_all(laboratory, findings)
        finally:
            self.connection.ignore_stop()
            self.say("Removing everything that was made")
            remove_run(self.connection, self.names, self.pace, may_still_appear=self.connection.is_uncertain)
            self.say("Removed everything that was made")
        return findings

    def _observe_all(self, laboratory: Laboratory, findings: Findings) -> None:
        hooks = ["preRequest", "postRequest"]
        if not self.adapt_entity:
            laboratory.miss_adapt(findings, _NO_ADAPT)
        elif laboratory.adapt(findings):
            hooks.append("adaptEntity")
        for name, step in self.steps.items():
            self._try(name, partial(step, laboratory, findings, hooks))

    def _try(self, name: str, step: Callable[[], None]) -> None:
        """Make an observation; what the platform refuses leaves its settings as by default."""
        self.connection.check_stop()
        self.say(f"Observing {name}")
        try:
            step()
        except CannotObserve as problem:
            self.say(f"Not observed: {problem}")
        except UNEXPECTED as problem:
            self.say(f"Not observed: a response has another shape than the published one ({type(problem).__name__})")
