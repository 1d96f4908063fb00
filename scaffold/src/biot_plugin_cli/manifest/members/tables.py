"""Tables of the manifest: settings by their names, and tables of strings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, NamedTuple

from biot_plugin_cli.manifest.members.conditions import Condition, conditions_schema
from biot_plugin_cli.manifest.members.values import ExtraRule, Keys, Text, Texts, Value, find_value_problem
from biot_plugin_cli.manifest.problem import ManifestProblem, table_header

__all__ = ["ListTable", "Place", "Setting", "SettingsTable", "TextTable"]


class Place(Enum):
    """Where a member may be."""

    EVERYWHERE = "everywhere"
    TOP = "`[tool.biot-plugin]` alone"
    ENVIRONMENT = "`[tool.biot-plugin.env.NAME]` alone"


class Setting(NamedTuple):
    """A member of a table.

    Attributes:
        value: What it may be.
        meaning: What it is for, as a sentence.
        default: What counts where it is left out; None if nothing does.
        place: Where it may be.
        is_required: Whether `[tool.biot-plugin]` must have it.
    """

    value: Value
    meaning: str
    default: Any = None
    place: Place = Place.EVERYWHERE
    is_required: bool = False

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema, with what editors show."""
        default = {} if self.default is None else {"default": self.default}
        return {"description": f"{self.meaning}\n\nAllowed: {self.value.words}.", **default, **self.value.schema()}


class SettingsTable(NamedTuple):
    """A table of settings.

    Attributes:
        words: What it is, in words.
        settings: The settings that it may have.
        required: Those that it must have.
        conditions: What they must be together.
    """

    words: str
    settings: Mapping[str, Setting]
    required: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    extra: ExtraRule | None = None

    def allows(self, value: Any) -> bool:
        """Whether the schema accepts a value."""
        return (
            isinstance(value, dict)
            and all(key in self.settings and self.settings[key].value.allows(item) for key, item in value.items())
            and all(key in value for key in self.required)
            and not any(condition.is_broken(value) for condition in self.conditions)
        )

    def find_problems(self, value: Any, keys: Keys) -> Iterator[ManifestProblem]:
        """Find what is not a table, and unknown, missing, invalid and contradictory settings."""
        header = table_header(*keys)
        if not isinstance(value, dict):
            message, advice = f"{header} is not a table", "make it a table of settings"
            yield ManifestProblem(f"{keys[-1]}-invalid", keys, message, advice)
            return
        yield from self._find_key_problems(value, keys)
        for key, item in value.items():
            if key in self.settings:
                yield from self.settings[key].value.find_problems(item, (*keys, key))
        for condition in self.conditions:
            if condition.is_broken(value):
                yield ManifestProblem(condition.code, keys, f"{header} has {condition.mistake}", condition.advice)

    def _find_key_problems(self, table: Mapping[str, Any], keys: Keys) -> Iterator[ManifestProblem]:
        header = table_header(*keys)
        for key in table:
            if key not in self.settings:
                advice = f"remove it, or use one of {', '.join(sorted(self.settings))}"
                yield ManifestProblem("key-unknown", (*keys, key), f"{header} has the unknown key {key!r}", advice)
        for key in self.required:
            if key not in table:
                advice = f"make it {self.settings[key].value.words}"
                yield ManifestProblem("key-missing", (*keys, key), f"{header} lacks {key!r}", advice)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {
            "type": "object",
            "additionalProperties": False,
            **({"required": list(self.required)} if self.required else {}),
            "properties": {key: setting.schema() for key, setting in self.settings.items()},
            **({"dependencies": conditions_schema(self.conditions)} if self.conditions else {}),
        }


class TextTable(NamedTuple):
    """A table of strings with names of the author's own.

    Attributes:
        words: What it is, in words.
        name: What a name may be.
        text: What a string may be.
        most: The largest number of strings.
        extra: What else must hold.
    """

    words: str
    name: Text
    text: Text
    most: int
    extra: ExtraRule | None = None

    def allows(self, value: Any) -> bool:
        """Whether a value is such a table."""
        return (
            isinstance(value, dict)
            and len(value) <= self.most
            and all(self.name.allows(name) and self.text.allows(text) for name, text in value.items())
        )

    def find_problems(self, value: Any, keys: Keys) -> Iterator[ManifestProblem]:
        """Find the problem of a value."""
        return find_value_problem(self, value, keys)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        names = {key: rule for key, rule in self.name.schema().items() if key != "type"}
        return {
            "type": "object",
            "maxProperties": self.most,
            "propertyNames": names,
            "additionalProperties": self.text.schema(),
        }


class ListTable(NamedTuple):
    """A table of lists of strings, each with a name that is known."""

    words: str
    lists: Mapping[str, Texts]
    extra: ExtraRule | None = None

    def allows(self, value: Any) -> bool:
        """Whether a value is such a table."""
        return isinstance(value, dict) and all(
            name in self.lists and self.lists[name].allows(items) for name, items in value.items()
        )

    def find_problems(self, value: Any, keys: Keys) -> Iterator[ManifestProblem]:
        """Find the problem of a value."""
        return find_value_problem(self, value, keys)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        lists = {name: {"description": f"{items.words}.", **items.schema()} for name, items in self.lists.items()}
        return {"type": "object", "additionalProperties": False, "properties": lists}
