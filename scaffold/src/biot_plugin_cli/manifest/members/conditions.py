"""What the settings of one table must be together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

__all__ = ["Condition", "conditions_schema"]

#: What counts as not set, as in Python.
_EMPTY = [False, 0, "", [], {}]


class Condition(NamedTuple):
    """What must hold where a setting is set; one that is false or empty counts as left out.

    Attributes:
        setting: The setting.
        needs: The setting that must be set then; None for none.
        excludes: The settings that must not be set then.
        code: Identifies the problem for machines.
        mistake: What a table has that breaks it, in words that follow 'has'.
        advice: What to do.
    """

    setting: str
    code: str
    mistake: str
    advice: str
    needs: str | None = None
    excludes: tuple[str, ...] = ()

    def is_broken(self, table: Mapping[str, Any]) -> bool:
        """Whether a table breaks it."""
        if not table.get(self.setting):
            return False
        lacks = self.needs is not None and not table.get(self.needs)
        return lacks or any(table.get(other) for other in self.excludes)

    @property
    def consequence(self) -> dict[str, Any]:
        """The JSON Schema of a table in which the setting is set."""
        needs = [] if self.needs is None else [_is_set(self.needs)]
        return {"allOf": [*needs, *({"not": _is_set(other)} for other in self.excludes)]}


def conditions_schema(conditions: Iterable[Condition]) -> dict[str, Any]:
    """Return the JSON Schema keyword `dependencies`: what follows from each setting.

    Args:
        conditions: The conditions of a table, one for each setting.
    """
    return {each.setting: {"if": _is_set(each.setting), "then": each.consequence} for each in conditions}


def _is_set(setting: str) -> dict[str, Any]:
    return {"required": [setting], "properties": {setting: {"not": {"enum": _EMPTY}}}}
