"""The configuration of a Lambda function."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from biot_emulator.debugging.settings import Debugging

__all__ = ["Function", "Node", "Program", "RuntimeClient"]

RuntimeClient = Literal["awslambdaric", "built-in"]
"""Which client fetches events inside the function's process: AWS's own, or the emulator's."""


class Program(NamedTuple):
    """What is run in place of a runtime client and a handler: a program that has everything that it needs beside it.

    Attributes:
        command: The program and its arguments.
        folder: Its working folder, in its own root.
        environment: Variables that it brings along; the function's take precedence.
        handler: What it is to run, if it says so.
    """

    command: tuple[str, ...]
    folder: str = "/"
    environment: Mapping[str, str] = {}
    handler: str = ""


class Node(NamedTuple):
    """Node.js, where it runs a handler.

    Attributes:
        major: The version that Lambda's runtime has, whose rules apply: 20 for `nodejs20.x`.
        version: The version of the interpreter, such as `20.20.2`.
    """

    major: int
    version: str

    @property
    def runtime(self) -> str:
        """The identifier of Lambda's runtime."""
        return f"nodejs{self.major}.x"

    @property
    def notice(self) -> str | None:
        """What the plugin's developer should know of the interpreter; None if it is the runtime's version."""
        if self.version.partition(".")[0] == str(self.major):
            return None
        return (
            f"{self.runtime} is run by Node.js {self.version}, the nearest to it on this machine: "
            f"install Node.js {self.major} to have the same"
        )


class Function(NamedTuple):
    """A plugin as a Lambda function.

    Attributes:
        root: The folder of its code; first on the module search path. For a program, all files that it is shown.
        interpreter: The Python, or the Node.js, that runs it, where it is no program.
        name: The plugin's name, without the platform's prefix.
        handler: Module and attribute of the entry point.
        timeout: Maximum seconds for one event.
        memory_mb: Maximum memory of all its processes together, in megabytes.
        environment: Its environment variables; they override Lambda's own.
        client: The runtime client for Python; None uses AWS's if it is available, otherwise the emulator's.
        isolated: Whether the packages that are installed in the environment of Python's interpreter are hidden, as on
            Lambda, where the code brings its own.
        starter: A Python program that starts the runtime client, after it has prepared the process: its arguments are
            the client's program and the arguments of that. None starts the client itself.
        temporary: The temporary folder of its processes; None if they have none of their own.
        read_only: Folders in which its processes may not change anything, where the system can prevent it: if its code
            is in one of them, it cannot change itself, as on Lambda.
        hidden: Files and folders that its processes are not shown, where the system can prevent it.
        program: What is run in its root as the root of all files; None for its handler on this machine.
        folder: The working folder of a handler; None for its root.
        node: Which Node.js the interpreter is; None if it is Python.
        debugging: How a handler in Python is debugged; None if it is not.
    """

    root: Path
    interpreter: Path
    name: str
    handler: str = "index.handler"
    timeout: float = 60.0
    memory_mb: int = 128
    environment: Mapping[str, str] = {}
    client: RuntimeClient | None = None
    isolated: bool = False
    starter: Path | None = None
    temporary: Path | None = None
    read_only: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()
    program: Program | None = None
    folder: Path | None = None
    node: Node | None = None
    debugging: Debugging | None = None

    @property
    def full_name(self) -> str:
        """The function's name in AWS (contract section 6.3)."""
        return f"Plugin-{self.name}"

    @property
    def is_read_only(self) -> bool:
        """Whether its processes may not change its code."""
        return any(self.root.is_relative_to(folder) for folder in self.read_only)
