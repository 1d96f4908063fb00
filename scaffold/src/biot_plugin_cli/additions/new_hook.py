"""Adds a hook to a plugin's repository, completely or not at all."""

from __future__ import annotations

import ast
import json
import keyword
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biot_plugin_cli.additions.entry_point import bound_names, with_import
from biot_plugin_cli.additions.file_changes import ChangedFile, write_all
from biot_plugin_cli.additions.registered_hooks import RegisteredHook, parse_module, registered_hooks
from biot_plugin_cli.additions.rendering import render_module, render_test
from biot_plugin_cli.additions.specification import Specification, hook_key
from biot_plugin_cli.errors import CliError, InvalidPlugin, OperationFailed, UsageError
from biot_plugin_cli.hooks.offered.call_shapes import call_shape
from biot_plugin_cli.hooks.offered.catalogue import Catalogue
from biot_plugin_cli.invoke.sample_events import EventOptions, create_event
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["Added", "add_hook"]

_PACKAGE = "hooks"
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,60}")
_KINDS = {"PRE_REQUEST": "pre-request", "POST_REQUEST": "post-request", "ADAPT_ENTITY": "adapt-entity"}


@dataclass(frozen=True, slots=True)
class Added:
    """What was added.

    Attributes:
        module: The file of the module, as all of these relative to the plugin's folder.
        test: The file of its test.
        event: The file of its event.
        entry_point: The file that imports it.
    """

    module: str
    test: str
    event: str
    entry_point: str


def add_hook(plugin: Plugin, specification: Specification, name: str | None, catalogue: Catalogue) -> Added:
    """Add a hook to a plugin.

    Args:
        plugin: The plugin.
        specification: The hook.
        name: The name of its module; None for one that says what the hook is for.
        catalogue: What can be hooked.

    Raises:
        UsageError: The name cannot be that of a module.
        InvalidPlugin: The plugin's files are not as `new-plugin` creates them, or not valid Python.
        OperationFailed: The plugin has the hook, or a file is there already; nothing was changed.
    """
    root = plugin.root
    module = specification.module if name is None else _valid_name(name)
    package = _require_package(root)
    _require_new(plugin, specification)
    if module in bound_names(package):
        raise OperationFailed(f"{_PACKAGE}/__init__.py has another {module} already: choose another name with --name")
    entry_point = _entry_point(plugin)
    added = Added(
        f"{_PACKAGE}/{module}.py",
        f"tests/test_{module}.py",
        f"events/{module}.json",
        entry_point.relative_to(root).as_posix(),
    )
    _require_free(root, added, module)
    files = {
        root / added.module: render_module(specification, module),
        root / added.test: render_test(specification, module),
        root / added.event: _event(specification, catalogue),
    }
    write_all(files, _with_import(entry_point, module, root))
    return added


def _valid_name(name: str) -> str:
    if _NAME.fullmatch(name) and not keyword.iskeyword(name):
        return name
    if keyword.iskeyword(name):
        raise UsageError(f"--name {name} is a word of Python, which no module can have: choose another name")
    # An accent is left out, the letter below it is not.
    letters = unicodedata.normalize("NFKD", name.removesuffix(".py").lower()).encode("ascii", "ignore").decode()
    suggested = re.sub(r"[^a-z0-9_]+", "_", letters).strip("_")
    is_better = bool(_NAME.fullmatch(suggested)) and not keyword.iskeyword(suggested)
    advice = f"; did you mean {suggested}?" if is_better else ""
    raise UsageError(f"--name {name!r} cannot be a module: it has small letters, digits and _, at most 61{advice}")


def _require_package(root: Path) -> ast.Module:
    """Require the package of a repository as `new-plugin` creates it."""
    file = root / _PACKAGE / "__init__.py"
    tree = parse_module(file, root) if file.is_file() else None
    if tree is None or "plugin" not in bound_names(tree):
        raise InvalidPlugin(
            f"{_PACKAGE}/__init__.py with plugin = Plugin() is missing in {root}, and a new module needs it: create it "
            "as new-plugin does, or write the function where the others are, and its event with biot-plugin event"
        )
    return tree


def _require_new(plugin: Plugin, specification: Specification) -> None:
    hooks = registered_hooks(plugin.root)
    same = next((hook for hook in hooks if hook.key == specification.key), None)
    if same is None and any(hook.key is None and hook.kind == specification.kind for hook in hooks):
        same = next((hook for hook in _imported_hooks(plugin) if hook.key == specification.key), None)
    if same is None:
        return
    place = f"in {same.file}:{same.line}"
    if specification.kind in ("scheduled", "endpoint"):
        raise OperationFailed(
            f"The plugin's only {specification.kind} hook is {place}, and it can have no other: change that one"
        )
    raise OperationFailed(f"The plugin has this hook already, {place}: change that one")


def _imported_hooks(plugin: Plugin) -> Iterator[RegisteredHook]:
    """Import the plugin for hooks that its source alone does not say; nothing is known if that is not possible."""
    from biot_plugin_cli.hooks.discovery import discover_hooks

    try:
        hooks = discover_hooks(plugin, lenient=True)
    except CliError:
        return
    for name in ("interceptions", "notifications"):
        for item, location in zip(hooks.subscriptions[name], hooks.locations[name], strict=True):
            parts = (item.get("apiId") or item["entityTypeName"], item.get("actionName"), item.get("templateName"))
            key = hook_key(_KINDS.get(item.get("type", ""), "notification"), *filter(None, parts))
            place = plugin.relative(location)
            yield RegisteredHook(key[0], key, place.file or "", place.line or 0)


def _entry_point(plugin: Plugin) -> Path:
    """Return the file of the entry point, which must be in the plugin's folder."""
    name = plugin.manifest.handler.rpartition(".")[0].replace(".", "/")
    file = plugin.root / f"{name}.py"
    if not file.is_file():
        raise InvalidPlugin(f"{name}.py with the handler {plugin.manifest.handler} is missing: create it first")
    resolved = file.resolve()
    if not resolved.is_relative_to(plugin.root.resolve()):
        raise InvalidPlugin(f"{name}.py leads to {resolved}, out of the plugin's folder: copy it there")
    return plugin.root / resolved.relative_to(plugin.root.resolve())


def _require_free(root: Path, added: Added, module: str) -> None:
    """Require that no file is there, also none that is the same where case does not count."""
    for path in (f"{_PACKAGE}/{module}", added.module, added.test, added.event):
        folder, name = root / Path(path).parent, Path(path).name.lower()
        existing = next((entry for entry in _entries(folder) if entry.name.lower() == name), None)
        if existing is not None:
            raise OperationFailed(f"{existing.relative_to(root)} already exists: choose another name with --name")


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise OperationFailed(f"Cannot read {folder} ({error.strerror}): it must be a folder") from error


def _event(specification: Specification, catalogue: Catalogue) -> str:
    options = {
        "pre-request": EventOptions(api_id=specification.scoped_id),
        "post-request": EventOptions(api_id=specification.scoped_id),
        "adapt-entity": EventOptions(entity=specification.entity),
        "notification": EventOptions(entity=specification.entity, action=specification.action),
    }
    event = create_event(specification.kind, options.get(specification.kind, EventOptions()), catalogue)
    _show_example(specification, event)
    return json.dumps(event, indent=2, ensure_ascii=False) + "\n"


def _show_example(specification: Specification, event: dict[str, Any]) -> None:
    """Give the example of the module something to do."""
    if specification.kind == "pre-request" and call_shape(specification.api_id).sends_entity:
        event["body"]["request"]["body"]["note"] = "  to be tidied "
    if specification.kind == "post-request":
        body = event["body"]["response"]["body"]
        shown = {"entity": [body], "page": body and body.get("data", [])}
        for entity in shown.get(call_shape(specification.api_id).response, []):
            entity["internalNote"] = "to be hidden"


def _with_import(file: Path, module: str, root: Path) -> ChangedFile:
    parse_module(file, root)
    before = file.read_bytes()
    try:
        text = before.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidPlugin(f"{file.relative_to(root)} is not UTF-8 text: save it as UTF-8 first") from error
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    after = mark + with_import(text.removeprefix(mark), module)
    return ChangedFile(file, before, after.encode())
