"""Objects as structs of msgspec."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import ClassVar

from biot_plugin_cli.types.values import Member, Object
from biot_plugin_cli.types.writers.base import body, documented
from biot_plugin_cli.types.writers.python_text import literal
from biot_plugin_cli.types.writers.rendering import Annotations

__all__ = ["Structs"]

_UNWRITABLE = re.compile(r'[\x00-\x1f"\\]')


class Structs:
    """Writes structs: what is not there is `UNSET`, and null is None."""

    reserved: ClassVar[frozenset[str] | None] = frozenset(["self", "cls"])

    def __init__(self, annotations: Annotations) -> None:
        self._annotations = annotations

    def imports(self) -> list[str]:
        """Return the imports."""
        return ["from msgspec import UNSET, Struct, UnsetType, field"]

    def preamble(self) -> list[str]:
        """Return nothing."""
        return []

    def class_lines(self, item: Object, name: str, fields: Mapping[str, str], reserved: Iterable[str]) -> list[str]:  # noqa: ARG002
        """Return the lines of a class."""
        writable = [member for member in item.members if _UNWRITABLE.search(member.key) is None]
        lines = [line for member in writable for line in self._field(member, fields[member.key])]
        others = [member.key for member in item.members if member not in writable]
        about = (*item.about, f"msgspec has no fields for {', '.join(map(repr, others))}.") if others else item.about
        return [f"class {name}(Struct, kw_only=True):", *body(replace(item, about=about), lines)]

    def _field(self, member: Member, name: str) -> list[str]:
        annotation = self._annotations.of(member.value, is_nullable=member.is_nullable)
        key = f"name={literal(member.key)}"
        if member.is_required:
            return documented(member, f"{name}: {annotation}", "field", key)
        return documented(member, f"{name}: {annotation} | UnsetType", "field", f"default=UNSET, {key}")
