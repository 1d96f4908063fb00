"""What the handling of a call does to entities: collected per call, for the notifications afterwards."""

from __future__ import annotations

import contextvars
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from biot_emulator.api.call import Call
from biot_emulator.state.clock import Clock

__all__ = ["EntityChange", "EntityChanges"]

_collecting: contextvars.ContextVar[tuple[datetime, list[EntityChange]] | None] = contextvars.ContextVar(
    "collecting", default=None
)


@dataclass(frozen=True, slots=True)
class EntityChange:
    """An action on an entity.

    Attributes:
        entity_type: The entity's type.
        action: The action, such as `_create`.
        entity: The entity, as the API returns it.
        old_entity: The entity as it was before an update.
        call: The call that did it.
        start: When the call came.
        end: When it was done.
        template_name: The name of the template, where the entity itself has none, as measurements.
    """

    entity_type: str
    action: str
    entity: Mapping[str, Any]
    old_entity: Mapping[str, Any] | None
    call: Call
    start: datetime
    end: datetime
    template_name: str | None = None

    @property
    def template(self) -> str | None:
        """The name of the entity's template."""
        if self.template_name is not None:
            return self.template_name
        template = self.entity.get("_template")
        return template.get("name") if isinstance(template, Mapping) else None


class EntityChanges:
    """Collects changes; safe for several threads, as each call has its own.

    Args:
        clock: The platform's time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    @contextmanager
    def collect(self) -> Iterator[list[EntityChange]]:
        """Collect what is recorded inside."""
        changes: list[EntityChange] = []
        token = _collecting.set((self._clock.now(), changes))
        try:
            yield changes
        finally:
            _collecting.reset(token)

    @contextmanager
    def undone_on_error(self) -> Iterator[None]:
        """Forget what is recorded inside when an exception is raised, as it is undone."""
        changes = collecting[1] if (collecting := _collecting.get()) else []
        count = len(changes)
        try:
            yield
        except BaseException:
            del changes[count:]
            raise

    def record(
        self,
        entity_type: str,
        action: str,
        call: Call,
        entity: Mapping[str, Any],
        old_entity: Mapping[str, Any] | None = None,
        template_name: str | None = None,
    ) -> None:
        """Record a change; nothing happens where nobody collects."""
        if (collecting := _collecting.get()) is not None:
            start, changes = collecting
            now = self._clock.now()
            changes.append(EntityChange(entity_type, action, entity, old_entity, call, start, now, template_name))
