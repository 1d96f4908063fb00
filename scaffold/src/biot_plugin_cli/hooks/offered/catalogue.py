"""What can be hooked: APIs, types of entities and actions, as published or as a platform offers them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from biot_plugin_cli.hooks.interceptable import Interceptable

__all__ = ["Api", "Catalogue"]

_VARIABLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, order=True)
class Api:
    """An API that can be intercepted.

    Attributes:
        api_id: Method and path template.
        entity_type: The type of the entities that it is about.
    """

    api_id: str
    entity_type: str

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.api_id.partition("/")[0]

    @property
    def path_variables(self) -> list[str]:
        """The names of the variables in the path, in their order."""
        return _VARIABLE.findall(self.api_id)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that a plugin can be called for, apart from its one schedule and its own address.

    Attributes:
        source: Where it comes from, for messages.
        is_online: Whether it comes from the platform itself.
        apis: The APIs, sorted by id, for PRE_REQUEST and POST_REQUEST.
        entity_types: The sorted types of entities that can be adapted.
        notifications: The sorted actions that there are notifications of, by type of entity.
        templates: The sorted names of the platform's templates, by type of entity; empty where nobody was asked.
    """

    source: str
    is_online: bool
    apis: Sequence[Api]
    entity_types: Sequence[str]
    notifications: Mapping[str, Sequence[str]]
    templates: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def published(cls) -> Self:
        """Load the published lists (contract sections 2.9 and 3.3)."""
        from biot_emulator.interceptable import published_interceptions
        from biot_emulator.services.dispatcher.notifiable_actions import NOTIFIABLE_ACTIONS

        pairs = ((entity_type, action) for entity_type, actions in NOTIFIABLE_ACTIONS.items() for action in actions)
        return cls.of("the published list", False, published_interceptions(), pairs)

    @classmethod
    def of(
        cls,
        source: str,
        is_online: bool,
        interceptions: Iterable[Mapping[str, Any]],
        notifications: Iterable[tuple[str, str]],
        templates: Iterable[tuple[str, str]] = (),
    ) -> Self:
        """Create a catalogue.

        Args:
            source: Where it comes from.
            is_online: Whether that is the platform itself.
            interceptions: Entries of the platform's list, in which those without an `apiId` are types of entities.
            notifications: Pairs of type and action.
            templates: Pairs of type and name of a template.
        """
        listed = list(interceptions)
        apis = {Api(item["apiId"], item["entityTypeName"]) for item in listed if item.get("apiId")}
        entity_types = {item["entityTypeName"] for item in listed if not item.get("apiId")}
        return cls(source, is_online, sorted(apis), sorted(entity_types), _grouped(notifications), _grouped(templates))

    @property
    def interceptable(self) -> Interceptable:
        """What can be intercepted, for looking up names."""
        api_ids = frozenset(api.api_id for api in self.apis)
        return Interceptable(self.source, self.is_online, api_ids, frozenset(self.entity_types))


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    groups: dict[str, set[str]] = {}
    for name, value in pairs:
        groups.setdefault(name, set()).add(value)
    return {name: sorted(groups[name]) for name in sorted(groups)}
