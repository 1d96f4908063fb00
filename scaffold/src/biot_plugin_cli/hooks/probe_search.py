"""Finds what an entry point leads to, such as the plugin that its handler is of; runs in the plugin's interpreter."""

from __future__ import annotations

import builtins
import gc
import os
import sys
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

__all__ = ["all_instances", "nearest_instances"]

_OWN = os.environ.get("LAMBDA_TASK_ROOT", os.curdir) + os.sep


def all_instances(wanted: type) -> list[Any]:
    """Give all instances of a class that there are."""
    return [value for value in gc.get_objects() if issubclass(type(value), wanted)]


def nearest_instances(entry_point: Any, wanted: type) -> list[Any]:
    """Give the instances of a class that an entry point leads to by the shortest way.

    It leads to what it is bound to, wraps, holds or, in the plugin's own code, names; and so on from there.
    """
    seen: dict[int, Any] = {}
    level = {id(entry_point): entry_point}
    while level:
        if found := [value for value in level.values() if issubclass(type(value), wanted)]:
            return found
        seen.update(level)
        used = [value for user in level.values() for value in _used_by(user)]
        level = {id(value): value for value in used if id(value) not in seen}
    return []


def _used_by(user: Any) -> list[Any]:
    if issubclass(type(user), ModuleType):
        return []
    held = gc.get_referents(user)
    if type(user) is not FunctionType:
        return held
    everything = {id(user.__globals__), id(vars(builtins))}
    named = _named_in(user) if _is_own(user.__code__.co_filename) else []
    return [value for value in held if id(value) not in everything] + named


def _named_in(function: FunctionType) -> list[Any]:
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


def _is_own(file: str) -> bool:
    installed = f"{os.sep}site-packages{os.sep}" in file
    return not installed and file.startswith(_OWN)
