"""One run: look for leftovers, show what will be made, make it, observe, and remove all of it, whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from biot_emulator.learning.cleaning import find_runs, remove_run
from biot_emulator.learning.connection import Connection
from biot_emulator.learning.errors import CannotObserve, ConnectionLost
from biot_emulator.learning.findings import Findings
from biot_emulator.learning.laboratory import Laboratory
from biot_emulator.learning.names import ProbeNames
from biot_emulator.learning.observing.adapting import observe_deletion
from biot_emulator.learning.observing.defaults import observe_defaults
from biot_emulator.learning.observing.disabling import observe_disabled
from biot_emulator.learning.observing.failing import observe_failures, observe_timeouts, observe_waiting
from biot_emulator.learning.observing.notifying import observe_notifications
from biot_emulator.learning.observing.ordering import observe_default_order, observe_order, observe_reserved_order
from biot_emulator.learning.observing.refusing import observe_refusals
from biot_emulator.learning.observing.replying import observe_replies
from biot_emulator.learning.observing.seeing import observe_events
from biot_emulator.learning.observing.sizes import observe_limits
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
            self.say("Nothing was made")
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
        findings, lost = Findings(), False
        try:
            laboratory.prepare()
            self._observe_all(laboratory, findings)
        except ConnectionLost:
            lost = True
            raise
        finally:
            self.connection.ignore_stop()
            remove_run(self.connection, self.names, self.pace, may_still_appear=lost)
            self.say("Removed everything that was made")
        return findings

    def _observe_all(self, laboratory: Laboratory, findings: Findings) -> None:
        hooks = ["preRequest", "postRequest"]
        if not self.adapt_entity:
            laboratory.miss_adapt(findings, _NO_ADAPT)
        elif laboratory.adapt(findings):
            hooks.append("adaptEntity")
            self._try("deletions", lambda: observe_deletion(laboratory, findings))
        steps: dict[str, Callable[[], None]] = {
            "defaults": lambda: observe_defaults(laboratory, findings),
            "events": lambda: observe_events(laboratory, findings),
            "order": lambda: observe_order(laboratory, findings),
            "default order": lambda: observe_default_order(laboratory, findings),
            "reserved order": lambda: observe_reserved_order(laboratory, findings),
            "replies": lambda: observe_replies(laboratory, findings),
            "failures": lambda: observe_failures(laboratory, findings, hooks),
            "timeouts": lambda: observe_timeouts(laboratory, findings, hooks),
            "waiting": lambda: observe_waiting(laboratory, findings, hooks),
            "notifications": lambda: observe_notifications(laboratory, findings),
            "limits": lambda: observe_limits(laboratory, findings),
            "refusals": lambda: observe_refusals(laboratory, findings),
            "disabled plugins": lambda: observe_disabled(laboratory, findings),
        }
        for name, step in steps.items():
            self._try(name, step)

    def _try(self, name: str, step: Callable[[], None]) -> None:
        """Make an observation; what the platform refuses leaves its settings as by default."""
        self.connection.check_stop()
        self.say(f"Observing {name}")
        try:
            step()
        except CannotObserve as problem:
            self.say(f"Not observed: {problem}")
