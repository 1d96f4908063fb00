"""From templates to the text of a module."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from biot_plugin_cli.types.definitions import Definitions
from biot_plugin_cli.types.entities import entities_of
from biot_plugin_cli.types.module_text import PREFIX, ModuleText
from biot_plugin_cli.types.naming import IMPORTED, Names, field_names
from biot_plugin_cli.types.options import Header, ModelKind, Options
from biot_plugin_cli.types.templates.documents import Document, digest, select
from biot_plugin_cli.types.values import Choice, Object
from biot_plugin_cli.types.writers.base import Writer
from biot_plugin_cli.types.writers.pydantic_models import PydanticModels
from biot_plugin_cli.types.writers.python_text import WIDTH, comment, docstring
from biot_plugin_cli.types.writers.rendering import Annotations
from biot_plugin_cli.types.writers.structs import Structs
from biot_plugin_cli.types.writers.typed_dicts import TypedDicts

__all__ = ["Generated", "generate"]

_WRITERS: Mapping[ModelKind, type[Writer]] = {
    ModelKind["typed-dict"]: TypedDicts,
    ModelKind.msgspec: Structs,
    ModelKind.pydantic: PydanticModels,
}
_TOP = (
    "# Written by biot-plugin types. Names of classes and fields may be changed, and stay; all else is overwritten.",
    "# ruff: noqa",
    "# fmt: off",
)
_ABOUT = (
    "The types of entities, as the templates of the platform have them.",
    "Those whose names end with Create or Update are what is sent to create or change an entity; the others are what "
    "is read, and what others send, in which nothing is sure to be there.",
)


@dataclass(frozen=True, slots=True)
class Generated:
    """A module.

    Attributes:
        text: Its text.
        header: Its header.
        templates: How many templates it has.
        classes: How many classes it has.
        resolved: The names that are not those of the platform: what of, and the name.
        unknown: The attributes of which nobody knows what they are: what of, the name and the type.
    """

    text: str
    header: Header
    templates: int
    classes: int
    resolved: tuple[tuple[str, str], ...] = ()
    unknown: tuple[tuple[str, str, str], ...] = ()

    @property
    def module(self) -> ModuleText:
        """The module, as it is read again."""
        return ModuleText.parse(self.text, self.header)


def generate(documents: Iterable[Document], options: Options, previous: ModuleText | None = None) -> Generated:
    """Make a module of types.

    Args:
        documents: All templates that there are.
        options: What to make.
        previous: The module so far, whose names stay.

    Raises:
        UsageError: A template that the options name is not there.
    """
    all_documents = [*documents]
    selected = select(all_documents, options.templates)
    entities = entities_of(selected, all_documents)
    definitions = Definitions.of(entities)
    names = Names.of(entities, definitions, _encoded(previous.names if previous else {}, definitions))
    # What attributes refer to is in the texts, so it counts for the hash.
    header = Header(options, digest(all_documents if options.templates else selected))
    module = _Module(definitions, names, options.models, previous)
    text = module.text(header)
    unknown = tuple((entity.marker, name, type) for entity in entities for name, type in entity.unknown)
    resolved = (*names.resolved.items(), *module.resolved)
    return Generated(text, header, len(entities), module.classes, resolved, unknown)


class _Module:
    def __init__(self, definitions: Definitions, names: Names, models: ModelKind, previous: ModuleText | None) -> None:
        self._definitions = definitions
        self._names = names.by_marker
        self._annotations = Annotations(self._names)
        self._writer = _WRITERS[models](self._annotations)
        self._previous = previous.field_names if previous else {}
        self._reserved = {*IMPORTED, *self._names.values(), "str", "int", "float", "bool", "list", "None"}
        self.resolved: list[tuple[str, str]] = []
        self.classes = 0

    def text(self, header: Header) -> str:
        items: list[Object | Choice] = [*self._definitions.shared.values()]
        items += [item for own in self._definitions.of_entities.values() for item in own]
        blocks = [line for item in items for line in self._block(item)]
        lines = [_TOP[0], header.line(), *_TOP[1:], *docstring(_ABOUT), "", *self._imports(), *self._writer.preamble()]
        return "\n".join([*lines, *blocks, ""])

    def _block(self, item: Object | Choice) -> list[str]:
        marker = f"{PREFIX}{comment(item.marker)}"
        if isinstance(item, Choice):
            return ["", "", marker, *self._annotations.choice(item), *docstring(["; ".join(item.about)])]
        self.classes += 1
        name = self._names[item.marker]
        fields: dict[str, str] = {}
        if self._writer.reserved is not None:
            marked = self._previous.get(comment(item.marker), {})
            fields, resolved = field_names(item, marked, {*self._reserved, *self._writer.reserved})
            self.resolved += [(f"{item.marker}: {key}", f"{name}.{field}") for key, field in resolved.items()]
        return ["", "", marker, *self._writer.class_lines(item, name, fields, self._reserved)]

    def _imports(self) -> list[str]:
        library = self._writer.imports()
        typing = sorted(self._annotations.from_typing)
        is_conditional = library[0].startswith("if ")
        standard = [*(["import sys"] if is_conditional else []), *(_import("typing", typing))]
        attributes = _import("biot_plugin.attributes", sorted(self._annotations.from_attributes))
        if is_conditional:
            return [*standard, "", *attributes, "", *library]
        return [*standard, "", *attributes, *library]


def _import(module: str, names: list[str]) -> list[str]:
    line = f"from {module} import {', '.join(names)}"
    if len(line) > WIDTH:
        return [f"from {module} import (", *(f"    {name}," for name in names), ")"]
    return [line] if names else []


def _encoded(names: Mapping[str, str], definitions: Definitions) -> dict[str, str]:
    """Return the names of a module by markers, which comments have in another form."""
    markers = [*definitions.shared, *(item.marker for own in definitions.of_entities.values() for item in own)]
    return {marker: names[text] for marker in markers if (text := comment(marker)) in names}
