"""The hooks that a plugin has already, as its source says: nothing is imported, so that it need not be installed."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from biot_plugin_cli.additions.specification import Key, hook_key
from biot_plugin_cli.errors import InvalidPlugin

__all__ = ["RegisteredHook", "parse_module", "registered_hooks"]

_LEFT_OUT = frozenset({"tests", "dist", "build", "node_modules", "venv", "__pycache__"})
_DECORATORS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "pre_request": ("pre-request", ("api_id",)),
    "post_request": ("post-request", ("api_id",)),
    "adapt_entity": ("adapt-entity", ("entity_type",)),
    "notification": ("notification", ("entity_type", "action")),
    "scheduled": ("scheduled", ()),
    "endpoint": ("endpoint", ()),
    "mount": ("endpoint", ()),
}
_MOST_FILES = 5000


@dataclass(frozen=True, slots=True)
class RegisteredHook:
    """A hook that the source registers.

    Attributes:
        kind: Its kind, as on the command line.
        key: What no other hook may be equal in; None if the source alone does not say it.
        file: The file, relative to the plugin's folder.
        line: The line of the decorator.
    """

    kind: str
    key: Key | None
    file: str
    line: int


def parse_module(file: Path, root: Path) -> ast.Module:
    """Parse a Python file.

    Raises:
        InvalidPlugin: It cannot be read, or is not valid Python.
    """
    name = file.relative_to(root)
    try:
        content = file.read_bytes()
        with warnings.catch_warnings():
            # Such as of an escape that is none: whoever runs the plugin sees it.
            warnings.simplefilter("ignore")
            return ast.parse(content)
    except SyntaxError as error:
        raise InvalidPlugin(
            f"{name} is not valid Python in line {error.lineno} ({error.msg}): mend it first"
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise InvalidPlugin(f"{name} is not valid Python ({error}): mend it first") from error
    except OSError as error:
        raise InvalidPlugin(f"{name} cannot be read ({error.strerror}): make it readable") from error


def registered_hooks(root: Path) -> list[RegisteredHook]:
    """Find the hooks that the source files of a plugin register, except for its tests.

    Raises:
        InvalidPlugin: A file is not valid Python.
    """
    modules = {file.relative_to(root).as_posix(): parse_module(file, root) for file in _source_files(root)}
    plugins = {name for tree in modules.values() for name in _plugin_names(tree)}
    constants = {name: value for tree in modules.values() for name, value in _constants(tree).items()}
    return [
        hook
        for file, tree in modules.items()
        for hook in _hooks_of(file, tree, plugins, {**constants, **_constants(tree)})
    ]


def _source_files(root: Path) -> Iterator[Path]:
    folders, count = [root], 0
    while folders:
        for path in _entries(folders.pop(), root):
            if path.name.startswith(".") or path.name in _LEFT_OUT or path.is_symlink():
                continue
            if path.is_dir() and not (path / "pyvenv.cfg").exists():
                folders.append(path)
            elif path.suffix == ".py" and path.is_file():
                count += 1
                if count > _MOST_FILES:
                    raise InvalidPlugin(f"There are more than {_MOST_FILES} Python files in {root}: move others away")
                yield path


def _entries(folder: Path, root: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        name = folder.relative_to(root)
        raise InvalidPlugin(f"{name} cannot be read ({error.strerror}): make it readable") from error


def _plugin_names(tree: ast.Module) -> Iterator[str]:
    """Yield the names that a `Plugin()` is assigned to."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=targets, value=ast.Call(func=function)) if _last_name(function) == "Plugin":
                yield from (name for target in targets if (name := _last_name(target)))
            case ast.AnnAssign(target=target, value=ast.Call(func=function)) if _last_name(function) == "Plugin":
                yield from filter(None, [_last_name(target)])


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _constants(tree: ast.Module) -> dict[str, str]:
    constants = {}
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str() as value)):
                constants[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=str() as value)):
                constants[name] = value
    return constants


def _hooks_of(file: str, tree: ast.Module, plugins: set[str], constants: Mapping[str, str]) -> Iterator[RegisteredHook]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=plugin, attr=name)) if (
                name in _DECORATORS and _last_name(plugin) in plugins
            ):
                kind, parameters = _DECORATORS[name]
                yield RegisteredHook(kind, _key(kind, parameters, node, constants), file, node.lineno)


def _key(kind: str, parameters: Sequence[str], call: ast.Call, constants: Mapping[str, str]) -> Key | None:
    keywords = {keyword.arg or "**": keyword.value for keyword in call.keywords}
    if "**" in keywords or any(isinstance(argument, ast.Starred) for argument in call.args):
        return None if parameters else hook_key(kind)
    arguments = {**dict(zip(parameters, call.args, strict=False)), **keywords}
    names = [_text(arguments.get(name), constants) for name in parameters]
    template = keywords.get("template")
    if template is not None and not _is_none(template):
        names.append(_text(template, constants))
    if variables := keywords.get("path_variables"):
        names = [_scoped(names[0], variables, constants)] if names else names
    texts = [name for name in names if name is not None]
    return hook_key(kind, *texts) if len(texts) == len(names) else None


def _scoped(api_id: str | None, variables: ast.expr, constants: Mapping[str, str]) -> str | None:
    if _is_none(variables):
        return api_id
    if api_id is None or not isinstance(variables, ast.Dict):
        return None
    pairs = [(_text(key, constants), _text(value, constants)) for key, value in _items(variables)]
    for name, value in pairs:
        if name is None or value is None:
            return None
        api_id = api_id.replace(f"{{{name}}}", value)
    return api_id


def _items(node: ast.Dict) -> Iterable[tuple[ast.expr | None, ast.expr]]:
    return zip(node.keys, node.values, strict=True)


def _text(node: ast.expr | None, constants: Mapping[str, str]) -> str | None:
    match node:
        case ast.Constant(value=str() as value):
            return value
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return constants.get(name)
    return None


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
