"""Writes Terraform's language: blocks of attributes, formatted as `terraform fmt` does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeAlias

__all__ = ["Block", "Call", "Expression", "Template", "quoted", "render"]

_INDENT = "  "
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


class Expression(str):
    """An expression, written as it is."""

    __slots__ = ()


class Template(str):
    """A string with expressions in it, of characters that need no escaping."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function.

    Attributes:
        function: The function's name.
        argument: What it is called with.
    """

    function: str
    argument: Any


@dataclass(frozen=True, slots=True)
class Block:
    """A block.

    Attributes:
        kind: What it is, such as `resource`.
        labels: What follows its kind.
        body: Attributes, each a name and a value, and blocks.
    """

    kind: str
    labels: Sequence[str]
    body: Sequence[tuple[str, Any] | Block]


_Item: TypeAlias = "tuple[str, Any] | Block"


def render(blocks: Sequence[Block]) -> str:
    """Render blocks, with an empty line between two of them."""
    return "\n".join("".join(f"{line}\n" for line in _block(block, "")) for block in blocks)


def _block(block: Block, indent: str) -> Iterator[str]:
    head = " ".join([block.kind, *map(json.dumps, block.labels)])
    if not block.body:
        yield f"{indent}{head} {{}}"
        return
    yield f"{indent}{head} {{"
    yield from _body(block.body, indent + _INDENT)
    yield f"{indent}}}"


def _body(items: Sequence[_Item], indent: str) -> Iterator[str]:
    previous: _Item | None = None
    for item in _aligned(items):
        first, *rest = item if isinstance(item, list) else [item]
        if previous is not None and (isinstance(first, Block) or isinstance(previous, Block)):
            yield ""
        if isinstance(first, Block):
            yield from _block(first, indent)
        else:
            yield from _attributes([first, *rest], indent)
        previous = rest[-1] if rest else first


def _aligned(items: Sequence[_Item]) -> Iterator[Any]:
    """Yield blocks, and lists of attributes whose equals signs are below each other: those of one line."""
    for kind, group in groupby(items, _kind):
        if kind == "line":
            yield list(group)
        else:
            yield from group


def _kind(item: _Item) -> str:
    if isinstance(item, Block):
        return "block"
    return "line" if len(_value(item[1], "")) == 1 else "lines"


def _attributes(attributes: Sequence[tuple[str, Any]], indent: str) -> Iterator[str]:
    width = max(len(name) for name, _ in attributes)
    for name, value in attributes:
        first, *rest = _value(value, indent)
        yield f"{indent}{name.ljust(width)} = {first}"
        yield from rest


def _value(value: Any, indent: str) -> list[str]:
    """Render a value; all lines but the first are indented."""
    if isinstance(value, Expression):
        return [str(value)]
    if isinstance(value, Template):
        return [f'"{value}"']
    if isinstance(value, str):
        return [quoted(value)]
    if isinstance(value, Call):
        lines = _value(value.argument, indent)
        lines[0] = f"{value.function}({lines[0]}"
        lines[-1] += ")"
        return lines
    if isinstance(value, Mapping):
        return _object(value, indent)
    if isinstance(value, list | tuple):
        return _list(value, indent)
    return [json.dumps(value)]


def _object(value: Mapping[str, Any], indent: str) -> list[str]:
    if not value:
        return ["{}"]
    attributes = [(name if _PLAIN_KEY.fullmatch(name) else quoted(name), item) for name, item in value.items()]
    lines = [
        line
        for group in _aligned(attributes)
        for line in _attributes(group if isinstance(group, list) else [group], indent + _INDENT)
    ]
    return ["{", *lines, f"{indent}}}"]


def _list(value: Sequence[Any], indent: str) -> list[str]:
    items = [_value(item, indent + _INDENT) for item in value]
    if all(len(item) == 1 for item in items):
        return [f"[{', '.join(item[0] for item in items)}]"]
    lines: list[str] = []
    for first, *rest in items:
        lines += [f"{indent}{_INDENT}{first}", *rest]
        lines[-1] += ","
    return ["[", *lines, f"{indent}]"]


def quoted(text: str) -> str:
    """Quote a text so that nothing in it is an expression, a directive, an escape or the end."""
    escaped = "".join(_ESCAPES.get(character) or _unicode(character) for character in text)
    return '"' + escaped.replace("${", "$${").replace("%{", "%%{") + '"'


def _unicode(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
