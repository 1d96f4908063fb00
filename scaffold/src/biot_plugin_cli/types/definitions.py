"""The classes and choices of a module, in an order in which each comes after those that it consists of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from biot_plugin_cli.types.entities import Entity
from biot_plugin_cli.types.values import Choice, ListOf, Object, Value

__all__ = ["Definitions"]


@dataclass(slots=True)
class Definitions:
    """The definitions of a module.

    Attributes:
        shared: The objects that entities of every template have.
        of_entities: The definitions of each entity, by its marker.
    """

    shared: dict[str, Object] = field(default_factory=dict)
    of_entities: dict[str, list[Choice | Object]] = field(default_factory=dict)
    _choices: dict[str, Choice] = field(default_factory=dict)
    _markers: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, entities: Iterable[Entity]) -> Definitions:
        """Collect the definitions of entities."""
        definitions = cls()
        for entity in entities:
            own: list[Choice | Object] = []
            for item in entity.objects:
                definitions._add_object(item, entity.marker, own)
            definitions.of_entities[entity.marker] = own
        return definitions

    def _add_object(self, item: Object, entity: str, own: list[Choice | Object]) -> Object:
        """Add an object after all that it consists of; return it with the choices that it really has."""
        members = tuple(replace(member, value=self._add(member.value, entity, own)) for member in item.members)
        complete = replace(item, members=members)
        if item.marker.startswith("all: "):
            self.shared.setdefault(item.marker, complete)
        elif item.marker not in self._markers:
            self._markers.add(item.marker)
            own.append(complete)
        return complete

    def _add(self, value: Value, entity: str, own: list[Choice | Object]) -> Value:
        if isinstance(value, ListOf):
            return ListOf(self._add(value.element, entity, own))
        if isinstance(value, Object):
            return self._add_object(value, entity, own)
        if isinstance(value, Choice) and value.selectable:
            return self._add_choice(value, entity, own)
        return value

    def _add_choice(self, choice: Choice, entity: str, own: list[Choice | Object]) -> Choice:
        """Add a choice; one of the platform's own is shared by the templates of a type, unless they differ in it."""
        known = self._choices.setdefault(choice.marker, choice)
        if known.selectable != choice.selectable:
            choice = replace(choice, marker=f"{entity}: {choice.marker}")
            known = self._choices.setdefault(choice.marker, choice)
        if known.marker not in self._markers:
            self._markers.add(known.marker)
            own.append(known)
        return known
