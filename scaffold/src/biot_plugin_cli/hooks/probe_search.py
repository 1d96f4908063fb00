"""Finds the objects that an entry point refers to, such as its `Plugin`; runs in the plugin's interpreter."""

from __future__ import annotations

import builtins
import gc
import os
import sys
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

__all__ = ["all_instances", "nearest_instances"]

_ROOT = os.environ.get("LAMBDA_TASK_ROOT", os.curdir) + os.sep


def all_instances(cls: type) -> list[Any]:
    """Find all instances of a class."""
    return [value for value in gc.get_objects() if issubclass(type(value), cls)]


def nearest_instances(entry_point: Any, cls: type) -> list[Any]:
    """Find the instances of a class that an entry point refers to by the shortest path.

    It refers to what it is bound to, wraps, holds or, in the plugin's own code, names; and so on from there.
    """
    seen: dict[int, Any] = {}
    level = {id(entry_point): entry_point}
    while level:
        if instances := [value for value in level.values() if issubclass(type(value), cls)]:
            return instances
        seen.update(level)
        referents = [value for referrer in level.values() for value in _referents(referrer)]
        level = {id(value): value for value in referents if id(value) not in seen}
    return []


def _referents(referrer: Any) -> list[Any]:
    if issubclass(type(referrer), ModuleType):
        return []
    referents = gc.get_referents(referrer)
    if type(referrer) is not FunctionType:
        return referents
    namespaces = {id(referrer.__globals__), id(vars(builtins))}
    named = _named_objects(referrer) if _is_plugin_code(referrer.__code__.co_filename) else []
    return [value for value in referents if id(value) not in namespaces] + named


def _named_objects(function: FunctionType) -> list[Any]:
    names = {*_names_in(function.__code__)}
    scopes: list[dict[str, Any]] = [function.__globals__, sys.modules]
    known, named = {id(scope) for scope in scopes}, []
    while scopes:
        scope = scopes.pop()
        for value in [scope[name] for name in names if name in scope]:
            named.append(value)
            if issubclass(type(value), ModuleType) and id(vars(value)) not in known:
                known.add(id(vars(value)))
                scopes.append(vars(value))
    return named


def _names_in(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_in(constant)


def _is_plugin_code(file: str) -> bool:
    installed = f"{os.sep}site-packages{os.sep}" in file
    return not installed and file.startswith(_ROOT)
