"""Records what an import loads: the modules, and the files that it opens.

It runs in the plugin's interpreter, beside the plugin's modules, and imports nothing that the runtime client does not
import anyway.
"""

from __future__ import annotations

import os
import sys
from typing import Any

__all__ = ["Observation", "describe_exception"]

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_MAPPINGS = "/proc/self/maps"


class Observation:
    """What has been loaded since the observation began; it never ends by itself, as audit hooks cannot be removed."""

    def __init__(self) -> None:
        self._files: dict[str, None] = {}
        self._preloaded = frozenset(sys.modules)
        self._running = True
        sys.addaudithook(self._record)

    def end(self) -> dict[str, Any]:
        """Stop recording and return the record as a JSON document.

        Returns:
            The `modules` by name, with their files; the names of the `preloaded` ones; the `files` that were opened for
            reading, those that do not exist included; the shared `libraries` of the process; and its `search_path`.
        """
        self._running = False
        modules: dict[str, Any] = {
            name: getattr(module, "__file__", None)
            for name, module in list(sys.modules.items())
            # Not the main module either, which multiprocessing gives a second name.
            if name not in self._preloaded and module is not sys.modules.get("__main__")
        }
        return {
            "modules": {name: os.path.abspath(file) for name, file in modules.items() if isinstance(file, str)},  # noqa: PTH100
            "preloaded": sorted(self._preloaded),
            "files": list(self._files),
            "libraries": _mapped_libraries(),
            "search_path": [os.path.abspath(entry) for entry in sys.path],  # noqa: PTH100
        }

    def _record(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._running:
            return
        if event == "open":
            path, _, flags = arguments
            if not (isinstance(flags, int) and flags & _WRITES):
                self._add(path)
        elif event in ("import", "sqlite3.connect"):
            # Only of an extension module does the event have the file.
            self._add(arguments[1 if event == "import" else 0])

    def _add(self, path: Any) -> None:
        if isinstance(path, (str, bytes, os.PathLike)) and path:
            # At once: the plugin may change its working directory.
            self._files[os.path.abspath(os.fsdecode(path))] = None  # noqa: PTH100


def describe_exception(error: BaseException) -> dict[str, Any]:
    """Describe an exception and what it was raised from as a JSON document, innermost exception first."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in chain:
        chain.insert(0, current)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return {"type": type(error).__name__, "message": str(error), "causes": [_describe(one) for one in chain]}


def _describe(error: BaseException) -> dict[str, Any]:
    filename: Any = getattr(error, "filename", None)
    return {
        "type": type(error).__name__,
        "message": str(error),
        "module": error.name if isinstance(error, ImportError) else None,
        "imported": _imported(error),
        "file": os.fsdecode(filename) if _is_path(filename) else None,
        "code": error.errno if isinstance(error, OSError) else None,
        "frames": list(_frames(error)),
    }


def _imported(error: BaseException) -> str | None:
    """Return the name in "cannot import name 'x' from 'y'", which older versions of Python have in the text alone."""
    head, _, rest = str(error).partition("cannot import name '")
    return rest.partition("'")[0] if isinstance(error, ImportError) and rest and not head else None


def _frames(error: BaseException) -> list[tuple[str, int]]:
    frames = []
    traceback = error.__traceback__
    while traceback is not None:
        frames.append((traceback.tb_frame.f_code.co_filename, traceback.tb_lineno))
        traceback = traceback.tb_next
    return frames


def _mapped_libraries() -> list[str]:
    try:
        with open(_MAPPINGS, encoding="utf-8", errors="replace") as mappings:  # noqa: PTH123
            paths = {line.rstrip("\n").partition("/")[2] for line in mappings}
    except OSError:  # only Linux has it
        return []
    return sorted(f"/{path}" for path in paths if ".so" in os.path.basename(path))  # noqa: PTH119


def _is_path(value: Any) -> bool:
    return isinstance(value, (str, bytes, os.PathLike)) and bool(value)
