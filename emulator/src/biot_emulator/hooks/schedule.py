"""Invokes plugins on their schedules (contract sections 4.2 and 4.3)."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from datetime import datetime
from functools import partial

from biot_emulator.cron.expression import Cron
from biot_emulator.event_kind import EventKind
from biot_emulator.hooks.background_calls import BackgroundCalls
from biot_emulator.hooks.events.scheduled import scheduled_event
from biot_emulator.hooks.plugin_functions import PluginFunctions
from biot_emulator.invocations.ended import Ended
from biot_emulator.invocations.records import Trigger
from biot_emulator.services.settings.errors import PluginNotFound
from biot_emulator.services.settings.plugin import Plugin
from biot_emulator.services.settings.plugins import Plugins
from biot_emulator.state.clock import Clock
from biot_emulator.state.unavailable_data import DataUnavailable
from biot_emulator.timelines.history import CallHistory
from biot_emulator.timelines.recorded_calls import CallKind

__all__ = ["Schedule"]

_log = logging.getLogger("biot_emulator")
_MINUTE = 60.0


class Schedule:
    """Checks once in each minute of the platform's time which plugins are due.

    A minute that the clock skips is skipped; the one that it is set to counts.

    Args:
        clock: The platform's time.
        plugins: The plugins with their schedules.
        functions: Runs them.
        recorded: Records that they are invoked.
        runs_disabled: Whether disabled plugins run too.
    """

    def __init__(
        self,
        clock: Clock,
        plugins: Plugins,
        functions: PluginFunctions,
        recorded: CallHistory,
        *,
        runs_disabled: bool = False,
    ) -> None:
        self._recorded = recorded
        self._runs_disabled = runs_disabled
        self._clock = clock
        self._plugins = plugins
        self._functions = functions
        self._closed = False
        self._calls = BackgroundCalls("biot-emulator-scheduled")
        self._thread = threading.Thread(target=self._run, name="biot-emulator-schedule", daemon=True)
        self._thread.start()

    def begin(self, plugin: Plugin, resent_from: str | None = None) -> str:
        """Record that a plugin is about to be invoked; return the id.

        Args:
            plugin: The plugin.
            resent_from: The id of the recorded call that it repeats.
        """
        return self._recorded.begin(CallKind.SCHEDULE, plugin=plugin.full_name, resent_from=resent_from)

    def fire(self, plugin: Plugin, id: str | None = None) -> Ended:
        """Invoke a plugin as if it were due; return what the record of the invocation is made of.

        Args:
            plugin: The plugin.
            id: The id that it is recorded by; None where it is not recorded yet.

        Raises:
            PluginNotFound: It has been deleted.
        """
        with self._plugins.calling_current(plugin) as current:
            event = scheduled_event(current.full_name, self._clock.now())
            call_id = id or self.begin(current)
            trigger = Trigger(EventKind.SCHEDULED, plugin.config["cronSchedule"], None, call_id)
            with self._recorded.ending(call_id):
                return self._functions.invoke(current, event, trigger)[1]

    def close(self) -> None:
        """Invoke nothing any more."""
        self._closed = True
        self._clock.wake()
        self._thread.join()
        self._calls.close()

    def _run(self) -> None:
        last = _minute(self._clock.now())
        while True:
            turns = self._clock.turns
            if self._closed:
                return
            now = self._clock.now()
            if (minute := _minute(now)) != last:
                last = minute
                self._fire_due(minute)
            self._clock.wait(_MINUTE - now.timestamp() % _MINUTE, turns)

    def _fire_due(self, minute: datetime) -> None:
        try:
            for plugin in self._plugins:
                cron = plugin.config["cronSchedule"]
                if cron and (plugin.enabled or self._runs_disabled) and Cron(cron).matches(minute):
                    self._submit(plugin)
        except DataUnavailable as error:
            _log.error("The schedules could not be checked: %s", error)
        except Exception:
            _log.exception("The schedules could not be checked")

    def _submit(self, plugin: Plugin) -> None:
        if not self._calls.submit(plugin.full_name, partial(self._fire, plugin)):
            _log.warning("%s is not invoked on its schedule: too many of its invocations wait", plugin.full_name)

    def _fire(self, plugin: Plugin) -> None:
        try:
            # Of one that is deleted while others of its invocations go on, nothing is invoked any more.
            with suppress(PluginNotFound):
                self.fire(plugin)
        except Exception:
            _log.exception("%s could not be invoked on its schedule", plugin.full_name)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
