"""What a kind of model has to say: its imports, its preamble, and each class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, Protocol

from biot_plugin_cli.types.values import Member, Object
from biot_plugin_cli.types.writers.python_text import WIDTH, docstring
from biot_plugin_cli.types.writers.rendering import Annotations

__all__ = ["Writer", "body", "documented"]


class Writer(Protocol):
    """Writes classes of one kind.

    Attributes:
        reserved: What no field may be called, beside all that a module imports; fields are called as they are in JSON
            where it is None.
    """

    reserved: ClassVar[frozenset[str] | None]

    def __init__(self, annotations: Annotations) -> None: ...

    def imports(self) -> list[str]:
        """Return the imports of the library, in groups as ruff sorts them."""
        ...

    def preamble(self) -> list[str]:
        """Return what comes before all classes."""
        ...

    def class_lines(self, item: Object, name: str, fields: Mapping[str, str], reserved: Iterable[str]) -> list[str]:
        """Return the lines of a class.

        Args:
            item: The object.
            name: The name of its class.
            fields: The names of its fields by key.
            reserved: The names that its annotations may have.
        """
        ...


def documented(member: Member, field: str, call: str = "", arguments: str = "") -> list[str]:
    """Return the lines of a field with its docstring.

    Args:
        member: The member.
        field: Its name and annotation.
        call: The function that makes its default; empty for none.
        arguments: The arguments of that function.
    """
    line = f"    {field} = {call}({arguments})" if call else f"    {field}"
    lines = [line]
    if call and len(line) > WIDTH:
        lines = [f"    {field} = {call}(", f"        {arguments}", "    )"]
        # Where not even that is short enough, ruff sets it in parentheses.
        lines = lines if len(lines[0]) <= WIDTH else [f"    {field} = (", f"        {call}({arguments})", "    )"]
    return [*lines, *docstring([" ".join(member.about)], "    ")]


def body(item: Object, lines: list[str]) -> list[str]:
    """Return the body of a class: its docstring, and its fields."""
    return [*docstring(item.about, "    "), *(["", *lines] if lines else [])]
