"""The names that a module has: those that its author has changed, and for all else names by stable rules.

A template's classes begin with its name. Where names would be the same, all of them get the entity type as well, then
the parent, and at last numbers; nothing depends on the order. A name that a module has once stays.
"""

from __future__ import annotations

import builtins
import keyword
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from biot_plugin_cli.types.definitions import Definitions
from biot_plugin_cli.types.entities import Entity
from biot_plugin_cli.types.identifiers import class_name, field_name, is_identifier
from biot_plugin_cli.types.values import Choice, Object

__all__ = ["IMPORTED", "Names", "field_names"]

IMPORTED = frozenset(
    [
        *("Annotated", "Any", "ClassVar", "Literal", "Required", "TypeAlias", "TypedDict", "sys"),
        *("Attribute", "Choice", "UnknownChoice"),
        *("Country", "Date", "DateTime", "Email", "Label", "Locale", "Paragraph", "Phone", "Timezone", "Uuid"),
        *("BaseModel", "ConfigDict", "Field", "Struct", "UNSET", "UnsetType", "field", "BiotModel"),
        *("Address", "File", "Name", "ParentTemplate", "Reference", "TemplateReference"),
        *("SentAddress", "SentFile", "SentName", "SentReference"),
    ]
)
"""The names that a module may import or always have."""

_RESERVED = frozenset([*keyword.kwlist, *dir(builtins), *IMPORTED])
_FORMS = ("", "Create", "Update")


@dataclass(slots=True)
class Names:
    """The names of classes and choices.

    Attributes:
        by_marker: The names by marker.
        resolved: What had to be named otherwise than its template: the marker, and the name.
    """

    by_marker: dict[str, str] = field(default_factory=dict)
    resolved: dict[str, str] = field(default_factory=dict)
    _assigned: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, entities: Iterable[Entity], definitions: Definitions, previous: Mapping[str, str]) -> Names:
        """Name the classes and choices of a module.

        Args:
            entities: The entities.
            definitions: Their definitions.
            previous: The names that the module has so far, by marker.
        """
        names = cls()
        items = [item for own in definitions.of_entities.values() for item in own]
        for marker in [*definitions.shared, *(item.marker for item in items)]:
            if (name := previous.get(marker)) and is_identifier(name) and name not in names._assigned | _RESERVED:
                names._take(marker, name)
        for marker, shared in definitions.shared.items():
            if marker not in names.by_marker:
                names._take(marker, shared.wish)
        bases = names._bases([*entities])
        own = [(entity, item) for entity, items in definitions.of_entities.items() for item in items]
        # The classes of entities first: what is in them takes no name of theirs.
        for entity, item in sorted(own, key=lambda pair: not _is_form(*pair)):
            if item.marker not in names.by_marker:
                names._take(item.marker, names._free(names._wish(item, entity, bases[entity])))
        return names

    def _bases(self, entities: list[Entity]) -> dict[str, str]:
        """Return the beginning of the names of each entity's classes."""
        bases = {
            entity.marker: self.by_marker[read]
            for entity in entities
            if (read := f"{entity.marker}: read") in self.by_marker
        }
        pending = [entity for entity in entities if entity.marker not in bases]
        claimed = set(self._assigned)
        for level in range(3):
            wishes = {entity.marker: entity.wishes[level] for entity in pending}
            counts = Counter(name for wish in wishes.values() for name in _all_forms(wish))
            for entity in pending:
                names = _all_forms(wish := wishes[entity.marker])
                if all(counts[name] == 1 and name not in claimed and name not in _RESERVED for name in names):
                    bases[entity.marker] = wish
                    if level:
                        self.resolved[entity.marker] = wish
            claimed |= {name for base in bases.values() for name in _all_forms(base)}
            pending = [entity for entity in pending if entity.marker not in bases]
        for entity in pending:
            number = 2
            while claimed.intersection(_all_forms(f"{entity.wishes[-1]}{number}")):
                number += 1
            base = self.resolved[entity.marker] = bases[entity.marker] = f"{entity.wishes[-1]}{number}"
            claimed |= {*_all_forms(base)}
        return bases

    def _wish(self, item: Choice | Object, entity: str, base: str) -> str:
        is_of_entity = item.marker.startswith(f"{entity}: ")
        return f"{base if is_of_entity else class_name(item.marker.partition(':')[0])}{item.wish}"

    def _free(self, wish: str) -> str:
        """Return a name that nothing else has; the classes of entities have theirs already."""
        number, name = 2, wish
        while name in self._assigned or name in _RESERVED:
            name, number = f"{wish}{number}", number + 1
        return name

    def _take(self, marker: str, name: str) -> None:
        self.by_marker[marker] = name
        self._assigned.add(name)


def field_names(
    item: Object, previous: Mapping[str, str], reserved: Iterable[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Name the fields of a class whose fields may have other names than its JSON.

    Args:
        item: The object.
        previous: The names that fields have so far, by key.
        reserved: What no field may be called.

    Returns:
        The names by key; and those that are not the key without its underscores.
    """
    taken = {*reserved, *keyword.kwlist, *IMPORTED}
    names: dict[str, str] = {}
    for member in item.members:
        name = previous.get(member.key)
        if name and is_identifier(name) and not name.startswith("_") and name not in taken:
            names[member.key] = name
            taken.add(name)
    # What is a name already comes first, so that no other takes it.
    for key in sorted((member.key for member in item.members), key=lambda key: (key != field_name(key), key)):
        if key not in names:
            names[key] = _free_field(field_name(key), taken)
            taken.add(names[key])
    return names, {key: name for key, name in names.items() if name != key.lstrip("_")}


def _free_field(wish: str, taken: set[str]) -> str:
    name = wish if wish not in taken else f"{wish}_"
    number = 2
    while name in taken:
        name, number = f"{wish}_{number}", number + 1
    return name


def _is_form(entity: str, item: Choice | Object) -> bool:
    return item.marker in (f"{entity}: read", f"{entity}: created", f"{entity}: changed")


def _all_forms(base: str) -> tuple[str, ...]:
    return tuple(f"{base}{form}" for form in _FORMS)
