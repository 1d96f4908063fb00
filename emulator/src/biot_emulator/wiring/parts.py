"""The parts of the platform, together."""

from __future__ import annotations

from dataclasses import dataclass

from biot_emulator.wiring.files import Files
from biot_emulator.wiring.hooks import Hooks
from biot_emulator.wiring.images import Images
from biot_emulator.wiring.people import People
from biot_emulator.wiring.records import Records
from biot_emulator.wiring.runtime import Runtime
from biot_emulator.wiring.services import Services
from biot_emulator.wiring.state import State

__all__ = ["Parts"]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the platform is made of; each uses those before it.

    Attributes:
        state: What every part is built on.
        people: Who may call.
        services: What the platform knows.
        images: The images of plugins.
        files: The files.
        runtime: The plugins, and what runs them.
        hooks: What calls plugins.
        records: What happened.
    """

    state: State
    people: People
    services: Services
    images: Images
    files: Files
    runtime: Runtime
    hooks: Hooks
    records: Records
