"""Objects as TypedDicts, which are JSON itself at run time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import ClassVar

from biot_plugin_cli.types.identifiers import is_identifier
from biot_plugin_cli.types.values import Member, Object
from biot_plugin_cli.types.writers.base import body, documented
from biot_plugin_cli.types.writers.python_text import comment, literal
from biot_plugin_cli.types.writers.rendering import Annotations

__all__ = ["TypedDicts"]


class TypedDicts:
    """Writes TypedDicts: what need not be there is no required key, and null is a type of its own."""

    reserved: ClassVar[frozenset[str] | None] = None

    def __init__(self, annotations: Annotations) -> None:
        self._annotations = annotations
        self._names = ["TypedDict"]

    def imports(self) -> list[str]:
        """Return the imports; pydantic needs TypedDicts of `typing_extensions` before Python 3.12."""
        names = ", ".join(sorted({*self._names}))
        return [
            "if sys.version_info >= (3, 12):",
            f"    from typing import {names}",
            "else:",
            f"    from typing_extensions import {names}",
        ]

    def preamble(self) -> list[str]:
        """Return nothing."""
        return []

    def class_lines(self, item: Object, name: str, fields: Mapping[str, str], reserved: Iterable[str]) -> list[str]:  # noqa: ARG002
        """Return the lines of a class. Keys that are no names of Python, or of types, are in a base class."""
        names = {*reserved}
        lines, others = [], []
        for member in item.members:
            if _is_writable(member.key, names):
                lines += documented(member, f"{member.key}: {self._annotation(member)}")
            else:
                others += self._entry(member)
        base = "TypedDict"
        before: list[str] = []
        if others:
            base = f"_{name}Keys"
            before = [
                f"{base} = TypedDict(",
                f'    "{base}",',
                "    {",
                *others,
                "    },",
                "    total=False,",
                ")",
                "",
                "",
            ]
        return [*before, f"class {name}({base}, total=False):", *body(item, lines)]

    def _entry(self, member: Member) -> list[str]:
        comments = [f"        # {comment(text)}" for text in member.about]
        return [*comments, f"        {literal(member.key)}: {self._annotation(member)},"]

    def _annotation(self, member: Member) -> str:
        annotation = self._annotations.of(member.value, is_nullable=member.is_nullable)
        if not member.is_required:
            return annotation
        self._names.append("Required")
        return f"Required[{annotation}]"


def _is_writable(key: str, names: Collection[str]) -> bool:
    """Whether a class can have a key as a name: it hides no type, and Python does not change it."""
    return is_identifier(key) and key not in names and not key.startswith("__")
