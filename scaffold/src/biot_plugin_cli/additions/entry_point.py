"""The import in the entry point, without which a module handles nothing.

Everything else in the file stays as it is, byte by byte. The changed statements are laid out as the formatter does.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence

from biot_plugin_cli.errors import OperationFailed

__all__ = ["bound_names", "with_import"]

_PACKAGE = "hooks"
_LINE_LENGTH = 120


def bound_names(tree: ast.Module) -> set[str]:
    """Return the names that the statements of a module bind at its top level."""
    names: set[str] = set()
    for statement in tree.body:
        match statement:
            case ast.Import() | ast.ImportFrom():
                names |= {alias.asname or alias.name.partition(".")[0] for alias in statement.names}
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names.add(statement.name)
            case ast.Assign() | ast.AnnAssign():
                names |= {node.id for node in ast.walk(statement) if _is_stored(node)}  # type: ignore[attr-defined]
    return names


def _is_stored(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def with_import(text: str, module: str) -> str:
    """Add the import of a module to the entry point, and the name to its `__all__` if it has one.

    Args:
        text: The file, with its line ends.
        module: The name of a module in `hooks`.

    Raises:
        OperationFailed: The name is taken.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    if module in bound_names(tree):
        raise OperationFailed(f"The entry point has another {module} already: choose another name with --name")
    lines = text.split("\n")
    # From the end: what is changed first moves nothing that is changed later.
    for edit in sorted((*_import_edits(tree, lines, module), *_export_edits(tree, lines, module)), reverse=True):
        first, last, replacement = edit
        end = "\r" if lines[max(first - 1, 0)].endswith("\r") else ""
        lines[first:last] = [line + end for line in replacement]
    return "\n".join(lines)


_Edit = tuple[int, int, list[str]]
"""The lines from the first, before the last, and what comes in their place."""


def _import_edits(tree: ast.Module, lines: Sequence[str], module: str) -> Iterator[_Edit]:
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    for node in imports:
        if isinstance(node, ast.ImportFrom) and node.module == _PACKAGE and not node.level and _is_plain(node, lines):
            names = [f"{alias.name} as {alias.asname}" if alias.asname else alias.name for alias in node.names]
            yield _edit(node, _laid_out(f"from {_PACKAGE} import ", names, module, "()", _source(node, lines)))
            return
    statement = f"from {_PACKAGE} import {module}"
    line = max((node.end_lineno or 0 for node in imports), default=_after_docstring(tree))
    yield line, line, [statement]


def _after_docstring(tree: ast.Module) -> int:
    return (tree.body[0].end_lineno or 0) if ast.get_docstring(tree, clean=False) is not None else 0


def _export_edits(tree: ast.Module, lines: Sequence[str], module: str) -> Iterator[_Edit]:
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List(elts=items)) if _is_plain(node, lines):
                names = [item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)]
                if len(names) == len(items):
                    quoted = [f'"{name}"' for name in names]
                    yield _edit(node, _laid_out("__all__ = ", quoted, f'"{module}"', "[]", _source(node, lines)))


def _is_plain(node: ast.stmt, lines: Sequence[str]) -> bool:
    """Whether a statement has lines of its own, and no comment."""
    first, last = lines[node.lineno - 1].encode(), lines[(node.end_lineno or 0) - 1].encode()
    rest = last[node.end_col_offset or 0 :].strip()
    return not (node.col_offset or rest or b";" in first or "#" in _source(node, lines))


def _source(node: ast.stmt, lines: Sequence[str]) -> str:
    return "\n".join(lines[node.lineno - 1 : node.end_lineno])


def _edit(node: ast.stmt, replacement: list[str]) -> _Edit:
    return node.lineno - 1, node.end_lineno or 0, replacement


def _laid_out(head: str, names: list[str], added: str, brackets: str, source: str) -> list[str]:
    """Lay out a list of names with a new one, in order if it was in order, on one line if it was and fits."""
    ordered = sorted([*names, added], key=_order) if names == sorted(names, key=_order) else [*names, added]
    opening, closing = ("[", "]") if brackets == "[]" else ("", "")
    line = f"{head}{opening}{', '.join(ordered)}{closing}"
    if len(line) <= _LINE_LENGTH and not re.search(r",\s*[\])]\s*\Z", source):
        return [line]
    return [f"{head}{brackets[0]}", *(f"    {name}," for name in ordered), brackets[1]]


def _order(name: str) -> tuple[int, list[tuple[int, str]], str]:
    """Order names as ruff does: constants, classes, all others; numbers by their value."""
    bare = name.strip('"').partition(" ")[0]
    group = 0 if bare.isupper() and len(bare) > 1 else 1 if bare[:1].isupper() else 2
    parts = [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", bare.lower()) if part]
    return group, parts, bare
