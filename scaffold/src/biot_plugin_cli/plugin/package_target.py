"""The target of a package: a Lambda runtime, its processor and its C library."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from packaging.tags import Tag

__all__ = ["Target"]

_OLDEST_GLIBC = 5
# Lambda runs 3.10 and 3.11 on Amazon Linux 2, whose glibc is 2.26, and the later ones on Amazon Linux 2023.
_AMAZON_LINUX_2 = ("3.10", "3.11")
_LEGACY_NAMES = {17: "manylinux2014_x86_64", 12: "manylinux2010_x86_64", 5: "manylinux1_x86_64"}
_EXTENSION = re.compile(r"\.(?P<interpreter>cpython|pypy|graalpy)-?(?P<version>\w+)-(?P<platform>[\w-]+)\.so$")


class Target(NamedTuple):
    """A Lambda runtime on x86_64 (contract section 7.1).

    Attributes:
        runtime: The runtime's name, such as `python3.13`.
    """

    runtime: str

    def __str__(self) -> str:
        """Describe the target for people."""
        return f"Python {self.python} on x86_64 Linux with glibc 2.{self.glibc}"

    @property
    def python(self) -> str:
        """The Python version, such as `3.13`."""
        return self.runtime.removeprefix("python")

    @property
    def glibc(self) -> int:
        """The minor version of the newest glibc that wheels may require, among those that uv has a name for."""
        return 17 if self.python in _AMAZON_LINUX_2 else 34

    @property
    def platforms(self) -> list[str]:
        """The platform tags of compatible wheels, best first."""
        names: list[str] = []
        for minor in range(self.glibc, _OLDEST_GLIBC - 1, -1):
            names.append(f"manylinux_2_{minor}_x86_64")
            if minor in _LEGACY_NAMES:
                names.append(_LEGACY_NAMES[minor])
        return [*names, "linux_x86_64"]

    @property
    def tags(self) -> tuple[Tag, ...]:
        """The tags of compatible wheels, best first."""
        return _tags(self)

    @property
    def marker_environment(self) -> dict[str, Any]:
        """The values of environment markers on the target (PEP 508)."""
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
        """Check by its file name whether an extension module runs on the target (PEP 3149).

        Returns:
            What it was built for, such as `cpython-312-x86_64-linux-gnu`; None if it runs on the target, or if its name
            does not say.
        """
        match = _EXTENSION.search(file_name)
        if match is None:
            return None
        expected = ("cpython", self.python.replace(".", ""), "x86_64-linux-gnu")
        return (
            None if match.group("interpreter", "version", "platform") == expected else match[0][1:].removesuffix(".so")
        )


@functools.cache
def _tags(target: Target) -> tuple[Tag, ...]:
    from packaging.tags import compatible_tags, cpython_tags

    major, minor = (int(number) for number in target.python.split("."))
    abi = f"cp{major}{minor}"
    return (
        *cpython_tags((major, minor), [abi], target.platforms),
        *compatible_tags((major, minor), abi, target.platforms),
    )
