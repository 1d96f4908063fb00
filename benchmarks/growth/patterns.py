"""Every regular expression of the three packages, what it is used for, and texts that are hostile to it."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.measuring.environments import ROOT

PACKAGES = {
    "biot_plugin": ROOT / "framework/src/biot_plugin",
    "biot_emulator": ROOT / "emulator/src/biot_emulator",
    "biot_plugin_cli": ROOT / "scaffold/src/biot_plugin_cli",
}
#: What most grammars have a meaning for.
PIECES = [
    "a",
    "A",
    "a-",
    "a.",
    "a,",
    "a ",
    "eyJ",
    "eyJ.",
    "{",
    "[",
    "(",
    ",",
    "\\",
    '"',
    "'",
    "`",
    " ",
    "\n",
    "\r",
    "\t",
]
PIECES += ["%25", "%3", "=", "&", "0", "1.", "-", "-0", ".", "..", "/", ":", "é-", "_", "\u00a0", "<", "#", "a=", '"a']
_METHODS = frozenset(("match", "fullmatch", "search", "sub", "split", "findall", "finditer"))
#: Starts of programs that run on import, or modules for other processes.
_PROGRAMS = ("__main__", "seed_code", "launch", "_templates", "runtime_client")


@dataclass(frozen=True)
class Use:
    """One way in which a module uses a pattern."""

    name: str
    method: str
    pattern: re.Pattern[Any]

    def __str__(self) -> str:
        return f"{self.name}.{self.method}"

    def __call__(self, text: str) -> object:
        if isinstance(self.pattern.pattern, bytes):
            return self._apply(text.encode())
        return self._apply(text)

    def pieces(self) -> list[str]:
        """What to repeat: usual pieces, and the words of the pattern itself."""
        source = self.pattern.pattern
        words = re.findall(r"\w{2,}", source if isinstance(source, str) else source.decode())
        own = [word + end for word in dict.fromkeys(words) for end in ("", " ", "=", "-", ".")]
        return [*PIECES, *own[:25]]

    def _apply(self, text: str | bytes) -> object:
        method: Callable[..., object] = getattr(self.pattern, self.method)
        if self.method == "sub":
            return method(text[:0], text)
        result = method(text)
        return list(result) if isinstance(result, Iterator) else result


def uses() -> Iterator[Use]:
    """Yield each use of each pattern that a module has by a name of its own."""
    for package, folder in PACKAGES.items():
        for file in sorted(folder.rglob("*.py")):
            source = file.read_text(encoding="utf-8")
            if "import re" in source and not any(part in str(file) for part in _PROGRAMS):
                yield from _of_module(".".join((package, *file.relative_to(folder).with_suffix("").parts)), source)


def _of_module(name: str, source: str) -> Iterator[Use]:
    module = importlib.import_module(name.removesuffix(".__init__"))
    for attribute, value in list(vars(module).items()):
        patterns = list(_patterns(value))
        if patterns and re.search(rf"^{attribute}\b|\b{attribute},? .*= map", source, re.MULTILINE):
            methods = set(re.findall(rf"\b{attribute}\.(\w+)\b", source)) & _METHODS or {"sub"}
            for pattern in patterns:
                yield from (Use(f"{name}.{attribute}", method, pattern) for method in sorted(methods))


def _patterns(value: object) -> Iterator[re.Pattern[Any]]:
    """Yield a pattern, or those in a container."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _patterns(item)


def text_of(piece: str, size: int, end: str = "\0") -> str:
    """A text of about a size that repeats a piece and ends otherwise, so that what matched so far may not."""
    return piece * max(1, (size - len(end)) // len(piece)) + end
