"""What happened, as it is shown and done again."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from biot_emulator.operator.records.event_folder import EventFolder
from biot_emulator.operator.records.repetition import Repetition
from biot_emulator.services.ums.renewed_tokens import RenewedTokens
from biot_emulator.timelines.details import Timelines
from biot_emulator.timelines.masking import Masking
from biot_emulator.wiring.hooks import Hooks
from biot_emulator.wiring.people import People
from biot_emulator.wiring.runtime import Runtime
from biot_emulator.wiring.state import State

__all__ = ["Records"]


class Records:
    """What happened, as it is shown and done again."""

    def __init__(self, state: State, people: People, runtime: Runtime, hooks: Hooks, events: Path | None) -> None:
        masking = Masking(partial(_secrets, runtime), runtime.functions.seen.named)
        self.timelines = Timelines(runtime.calls, runtime.invocations, masking)
        self.events = EventFolder(events)
        renewed = RenewedTokens(state.tokens, people.holders)
        self.repetition = Repetition(
            runtime.calls,
            runtime.invocations,
            runtime.plugins,
            runtime.functions,
            hooks.function_urls,
            hooks.schedule,
            state.tokens,
            renewed,
        )


def _secrets(runtime: Runtime) -> list[str]:
    keys = (plugin.secret_key for plugin in runtime.plugins)
    return [*runtime.secrets(), *keys, *runtime.functions.seen.values()]
