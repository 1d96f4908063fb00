"""The annotations of a module: a value as a type of Python, and what must be imported for it."""

from __future__ import annotations

from collections.abc import Mapping

from biot_plugin_cli.types.values import Anything, Choice, Flag, ListOf, Number, Object, Text, Value
from biot_plugin_cli.types.writers.python_text import literal, number

__all__ = ["Annotations"]

_ALIASES = {
    "COUNTRY": "Country",
    "DATE": "Date",
    "DATE_TIME": "DateTime",
    "EMAIL": "Email",
    "LABEL": "Label",
    "LOCALE": "Locale",
    "PARAGRAPH": "Paragraph",
    "PHONE": "Phone",
    "TIMEZONE": "Timezone",
    "UUID": "Uuid",
}


class Annotations:
    """Writes annotations.

    Args:
        names: The names of classes and choices by marker.

    Attributes:
        from_typing: What has been used of `typing`.
        from_attributes: What has been used of `biot_plugin.attributes`.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self.from_typing: set[str] = set()
        self.from_attributes: set[str] = set()

    def of(self, value: Value, *, is_nullable: bool) -> str:
        """Return the annotation of a value."""
        annotation = self._of(value)
        return f"{annotation} | None" if is_nullable and annotation != "Any" else annotation

    def choice(self, choice: Choice) -> list[str]:
        """Return the lines that define a choice."""
        self.from_typing |= {"Literal", "TypeAlias"}
        self.from_attributes.add("Choice")
        name = self._names[choice.marker]
        options = [literal(selectable.name) for selectable in choice.selectable]
        if len(options) == 1:
            return [f"{name}: TypeAlias = Choice[Literal[{options[0]}]]"]
        lines = [f"{name}: TypeAlias = Choice[", "    Literal["]
        return [*lines, *(f"        {option}," for option in options), "    ]", "]"]

    def _of(self, value: Value) -> str:
        match value:
            case Text():
                return self._text(value)
            case Number():
                return self._limited(
                    "int" if value.is_whole else "float", "INTEGER" if value.is_whole else "DECIMAL", value
                )
            case Flag():
                return "bool"
            case Choice() if not value.selectable:
                return "str"
            case Choice() | Object():
                return self._names[value.marker]
            case ListOf():
                return f"list[{self._of(value.element)}]"
            case Anything():
                self.from_typing.add("Any")
                return "Any"

    def _text(self, text: Text) -> str:
        if text.least is None and text.most is None and text.pattern is None:
            alias = _ALIASES[text.type]
            self.from_attributes.add(alias)
            return alias
        return self._limited("str", text.type, text, text.pattern)

    def _limited(self, python: str, type: str, limits: Text | Number, pattern: str | None = None) -> str:
        notes = [literal(type)]
        notes += [f"least={number(limits.least)}"] if limits.least is not None else []
        notes += [f"most={number(limits.most)}"] if limits.most is not None else []
        notes += [f"pattern={literal(pattern)}"] if pattern is not None else []
        if len(notes) == 1:
            return python
        self.from_typing.add("Annotated")
        self.from_attributes.add("Attribute")
        return f"Annotated[{python}, Attribute({', '.join(notes)})]"
