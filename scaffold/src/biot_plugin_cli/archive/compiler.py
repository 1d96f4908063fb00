"""Compiles source files to the bytecode that a package has.

It is run as `python -s -S compiler.py PLACE` by every Python that plugins run under, reads `{name: source}` from
standard input, and writes `{name: bytecode}` and `{name: problem}` to standard output, both in the format of `marshal`.
It imports only what Python has loaded or has in itself, since starting takes longer than compiling what a plugin has:
`py_compile` and `compileall`, whose result this is, load a dozen modules to report errors.
"""

from __future__ import annotations

import _imp
import marshal
import sys

# `importlib.util` has these too, and in older versions loads other modules from files.
from _frozen_importlib_external import MAGIC_NUMBER, cache_from_source

__all__ = ["main"]

# PEP 552: a hash of the source, which is not to be compared with it.
_UNCHECKED_HASH = (0b01).to_bytes(4, "little")
_MAGIC = int.from_bytes(MAGIC_NUMBER, "little")
_CODE = type(compile("", "", "exec"))
# From this version on, marshal writes all interned strings in the same way.
_WRITES_ALIKE = (3, 13)


def main(place: str) -> None:
    """Compile what standard input has.

    Args:
        place: The folder that the names are relative to, which appears in tracebacks.
    """
    bytecode: dict[str, bytes] = {}
    problems: dict[str, str] = {}
    sources: dict[str, bytes] = marshal.load(sys.stdin.buffer)  # noqa: S302 - of the program that starts this
    for name in sources:
        _add(name, sources[name], place, bytecode, problems)
    marshal.dump((bytecode, problems), sys.stdout.buffer)


def _add(name: str, source: bytes, place: str, bytecode: dict[str, bytes], problems: dict[str, str]) -> None:
    try:
        bytecode[cache_from_source(name)] = _compile(source, f"{place}/{name}")
    except Exception as error:
        problems[name] = _describe(error)


def _compile(source: bytes, file: str) -> bytes:
    code = compile(source, file, "exec", dont_inherit=True)
    header = MAGIC_NUMBER + _UNCHECKED_HASH + _imp.source_hash(_MAGIC, source)
    # Older versions write a string that something else refers to, such as a module loaded here, in another way. What
    # is loaded must not matter, so every string has another reference.
    strings = [] if sys.version_info >= _WRITES_ALIKE else _strings(code)
    content = marshal.dumps(code)
    del strings
    return header + content


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, (tuple, frozenset)):
        return [string for member in value for string in _strings(member)]
    if isinstance(value, _CODE):
        names = (value.co_names, value.co_varnames, value.co_freevars, value.co_cellvars)
        return _strings((value.co_consts, *names, value.co_filename, value.co_name))
    return []


def _describe(error: Exception) -> str:
    import traceback

    return "".join(traceback.format_exception_only(type(error), error))


if __name__ == "__main__":
    # The folder of this file, whose modules must not hide the standard library's.
    del sys.path[0]
    main(*sys.argv[1:])
