"""Which handlers use which types: read from the plugin's own source, without importing it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Use", "find_uses"]

_Names = dict[str, set[str]]


@dataclass(frozen=True, slots=True)
class Use:
    """A use of types.

    Attributes:
        file: The file, relative to the plugin's folder.
        line: The line.
        function: The name of the function; empty outside of functions.
        text: How it uses them, such as `PreRequest[Patient]`.
        names: The names in the module of types that it depends on.
    """

    file: str
    line: int
    function: str
    text: str
    names: frozenset[str]

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.function and f'{self.function} '}({self.text})"


def find_uses(root: Path, module: Path, files: Iterable[Path]) -> list[Use]:
    """Find the handlers, and other functions, that name types of a module in their parameters or as `as_`.

    Args:
        root: The plugin's folder.
        module: The module of types.
        files: The plugin's modules.
    """
    trees = {name: tree for file in files if (tree := _parse(file)) and (name := _module_name(root, file))}
    types_name = _module_name(root, module)
    known: dict[str, _Names] = {types_name: _own_names(_parse(module))}
    others = {name: tree for name, tree in trees.items() if name != types_name}
    # A module may pass on what it imports from one that comes later.
    for _ in range(len(others) + 1):
        before = {name: dict(names) for name, names in known.items()}
        for name, tree in others.items():
            known[name] = _names_of(tree, known, name)
        if before == known:
            break
    uses = [use for name, tree in others.items() for use in _uses(tree, known[name], _file_of(root, name))]
    return sorted(uses, key=lambda use: (use.file, use.line))


def _parse(file: Path) -> ast.Module | None:
    try:
        return ast.parse(file.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None


def _module_name(root: Path, file: Path) -> str:
    parts = file.resolve().relative_to(root.resolve()).with_suffix("").parts
    return ".".join(parts[:-1] if parts and parts[-1] == "__init__" else parts)


def _file_of(root: Path, name: str) -> str:
    path = Path(*name.split("."))
    return (path / "__init__.py" if (root / path / "__init__.py").is_file() else path.with_suffix(".py")).as_posix()


def _own_names(tree: ast.Module | None) -> _Names:
    """Return the names of the module of types, each with all that it consists of."""
    direct = {name: _mentioned(node) for node in (tree.body if tree else []) if (name := _defined(node))}
    return {name: _closure(name, direct) for name in direct}


def _closure(name: str, direct: Mapping[str, set[str]]) -> set[str]:
    names, pending = set[str](), [name]
    while pending:
        current = pending.pop()
        if current in direct and current not in names:
            names.add(current)
            pending += direct[current]
    return names


def _names_of(tree: ast.Module, known: Mapping[str, _Names], own_name: str) -> _Names:
    """Return the names of a module that depend on types, with the types; modules have names with dots in them."""
    names: _Names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names |= _with_prefix(alias.asname or alias.name, known.get(alias.name, {}))
        elif isinstance(node, ast.ImportFrom):
            names |= _imported(node, known, own_name)
    for statement in tree.body:
        defined = None if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) else _defined(statement)
        if defined and (types := {type for part in _mentioned(statement) for type in names.get(part, ())}):
            names[defined] = types
    return names


def _imported(node: ast.ImportFrom, known: Mapping[str, _Names], own_name: str) -> _Names:
    package = own_name.split(".")[: -node.level] if node.level else []
    module = ".".join([*package, *([node.module] if node.module else [])])
    names: _Names = {}
    for alias in node.names:
        called = alias.asname or alias.name
        if alias.name == "*":
            names |= known.get(module, {})
        elif alias.name in known.get(module, {}):
            names[called] = known[module][alias.name]
        names |= _with_prefix(called, known.get(f"{module}.{alias.name}".lstrip("."), {}))
    return names


def _with_prefix(module: str, names: _Names) -> _Names:
    return {f"{module}.{name}": types for name, types in names.items()}


def _defined(node: ast.stmt) -> str | None:
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return node.name
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    if not targets and type(node).__name__ == "TypeAlias":
        targets = [node.name]  # type: ignore[attr-defined]
    return next((target.id for target in targets if isinstance(target, ast.Name)), None)


def _mentioned(node: ast.AST) -> set[str]:
    """Return the names in a part of a module, those with dots too, also in annotations that are text."""
    names: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name | ast.Attribute):
            names.add(ast.unparse(part))
        elif isinstance(part, ast.Constant) and isinstance(part.value, str) and len(part.value) < 200:
            try:
                inner = ast.parse(part.value, mode="eval")
            except (SyntaxError, ValueError):
                continue
            names |= {ast.unparse(item) for item in ast.walk(inner) if isinstance(item, ast.Name | ast.Attribute)}
    return names


def _uses(tree: ast.Module, names: _Names, file: str) -> Iterator[Use]:
    for function, node in _with_functions(tree, ""):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            annotations = [argument.annotation for argument in arguments if argument.annotation is not None]
            yield from (use for part in annotations if (use := _use(part, names, file, node.lineno, node.name)))
        elif isinstance(node, ast.keyword) and node.arg == "as_":
            use = _use(node.value, names, file, node.value.lineno, function, "as_=")
            yield from [use] if use else []


def _use(part: ast.expr, names: _Names, file: str, line: int, function: str, prefix: str = "") -> Use | None:
    types = {type for name in _mentioned(part) for type in names.get(name, ())}
    text = str(part.value) if isinstance(part, ast.Constant) else ast.unparse(part)
    return Use(file, line, function, f"{prefix}{text}", frozenset(types)) if types else None


def _with_functions(node: ast.AST, function: str) -> Iterator[tuple[str, ast.AST]]:
    """Yield every part of a module with the name of the function that it is in."""
    for child in ast.iter_child_nodes(node):
        yield function, child
        name = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else function
        yield from _with_functions(child, name)
