"""What a package is made for: one of Lambda's runtimes, on the processor and the system library that it has there."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from packaging.tags import Tag

__all__ = ["Target"]

_OLDEST_GLIBC = 5
# Lambda runs 3.10 and 3.11 on Amazon Linux 2, whose glibc is 2.26, and the later ones on Amazon Linux 2023.
_AMAZON_LINUX_2 = ("3.10", "3.11")
_LEGACY_NAMES = {17: "manylinux2014_x86_64", 12: "manylinux2010_x86_64", 5: "manylinux1_x86_64"}
_EXTENSION = re.compile(r"\.(?P<interpreter>cpython|pypy|graalpy)-?(?P<version>\w+)-(?P<platform>[\w-]+)\.so$")


@dataclass(frozen=True, slots=True)
class Target:
    """A Lambda runtime on x86_64 (contract section 7.1).

    Attributes:
        runtime: Its name, such as `python3.13`.
    """

    runtime: str

    def __str__(self) -> str:
        """Name it as people do."""
        return f"Python {self.python} on x86_64 Linux with glibc 2.{self.glibc}"

    @property
    def python(self) -> str:
        """Its Python version, such as `3.13`."""
        return self.runtime.removeprefix("python")

    @property
    def glibc(self) -> int:
        """The minor version of the newest glibc that wheels may ask for; the one below it that uv has a name for."""
        return 17 if self.python in _AMAZON_LINUX_2 else 34

    @property
    def platforms(self) -> list[str]:
        """The platform tags of the wheels that run there, best first."""
        names: list[str] = []
        for minor in range(self.glibc, _OLDEST_GLIBC - 1, -1):
            names.append(f"manylinux_2_{minor}_x86_64")
            if minor in _LEGACY_NAMES:
                names.append(_LEGACY_NAMES[minor])
        return [*names, "linux_x86_64"]

    @property
    def tags(self) -> tuple[Tag, ...]:
        """The tags of the wheels that run there, best first."""
        return _tags(self)

    @property
    def marker_environment(self) -> dict[str, Any]:
        """What environment markers see there, and not on this machine (PEP 508)."""
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{self.python}.0",
            "os_name": "posix",
            "platform_machine": "x86_64",
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Linux",
            "platform_version": "",
            "python_full_version": f"{self.python}.0",
            "python_version": self.python,
            "sys_platform": "linux",
        }

    def refusal(self, file_name: str) -> str | None:
        """Tell for what else an extension module was built, by its file's name (PEP 3149).

        Returns:
            Such as `cpython-312-x86_64-linux-gnu`; None when it fits, or when its name says nothing.
        """
        found = _EXTENSION.search(file_name)
        if found is None:
            return None
        fits = ("cpython", self.python.replace(".", ""), "x86_64-linux-gnu")
        return None if found.group("interpreter", "version", "platform") == fits else found[0][1:].removesuffix(".so")


@functools.cache
def _tags(target: Target) -> tuple[Tag, ...]:
    from packaging.tags import compatible_tags, cpython_tags

    major, minor = (int(number) for number in target.python.split("."))
    abi = f"cp{major}{minor}"
    return (
        *cpython_tags((major, minor), [abi], target.platforms),
        *compatible_tags((major, minor), abi, target.platforms),
    )
