"""The words in a plugin's own code: what it calls by a name identifies nobody, whatever the name is."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from types import CodeType, ModuleType

__all__ = ["words_of", "words_of_plugin"]

_WORD = re.compile(r"\w+")
_SPACE = re.compile(r"\s")
_NEXT_WORD = re.compile(r"(?<=[^_])_+([^_])")
_FRAMEWORK = __name__.partition(".")[0]


def words_of(code: CodeType) -> set[str]:
    """Return the names in a code, and the words in its texts, but for those in sentences.

    Of `heart_rate`, `heartRate` is another form: models are told to rename their fields so.
    """
    words = {*code.co_names, *code.co_varnames}
    for constant in code.co_consts:
        words |= _words_in(constant)
    return words | {_NEXT_WORD.sub(lambda match: match[1].upper(), word) for word in words if "_" in word}


def words_of_plugin(modules: Iterable[str]) -> frozenset[str]:
    """Return the words in the code that is imported from where some modules are, but for that of dependencies.

    Args:
        modules: The names of the modules.
    """
    words: set[str] = set()
    folders = {_folder_of(name, sys.modules.get(name)) for name in modules if name.partition(".")[0] != _FRAMEWORK}
    for folder in (folders | {os.environ.get("LAMBDA_TASK_ROOT")}) - {None, ""}:
        for name in _modules_in(str(folder)):
            words |= _words_of_module(name)
    return frozenset(words)


def _words_in(constant: object) -> set[str]:
    if isinstance(constant, CodeType):
        return words_of(constant)
    if isinstance(constant, str):
        return set() if _SPACE.search(constant) else {constant, *_WORD.findall(constant)}
    return set().union(*map(_words_in, constant)) if isinstance(constant, (tuple, frozenset)) else set()


def _folder_of(name: str, module: ModuleType | None) -> str | None:
    """Return the folder that a module's package is in."""
    path = getattr(module, "__file__", None)
    if not path:
        return None
    levels = name.count(".") + (2 if os.path.basename(path).startswith("__init__.") else 1)  # noqa: PTH119
    for _ in range(levels):
        path = os.path.dirname(path)  # noqa: PTH120
    return str(path)


def _modules_in(folder: str) -> Iterator[str]:
    foreign = {_FRAMEWORK, *_distributed(folder)}
    for name, module in [*sys.modules.items()]:
        if name.partition(".")[0] not in foreign and _folder_of(name, module) == folder:
            yield name


def _distributed(folder: str) -> Iterator[str]:
    """Yield the names of the modules that are there of dependencies."""
    for name in os.listdir(folder):  # noqa: PTH208
        if name.endswith(".dist-info"):
            with open(f"{folder}/{name}/RECORD", encoding="utf-8") as lines:  # noqa: PTH123
                yield from {line.partition("/")[0].partition(".")[0] for line in lines}


@lru_cache(maxsize=4096)
def _words_of_module(name: str) -> frozenset[str]:
    with suppress(Exception):  # It has no code, or none that can be read again.
        loader = sys.modules[name].__spec__.loader  # type: ignore[union-attr]
        return frozenset(words_of(loader.get_code(name)))  # type: ignore[union-attr]
    return frozenset()
