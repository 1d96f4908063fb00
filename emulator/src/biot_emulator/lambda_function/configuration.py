"""The configuration of a Lambda function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

__all__ = ["Function", "RuntimeClient"]

RuntimeClient = Literal["awslambdaric", "built-in"]
"""Which client fetches events inside the function's process: AWS's own, or the emulator's."""


@dataclass(frozen=True, slots=True)
class Function:
    """A plugin as a Lambda function.

    Attributes:
        root: The folder of its code; first on the module search path.
        python: The interpreter that runs it.
        name: The plugin's name, without the platform's prefix.
        handler: Module and attribute of the entry point.
        timeout: Maximum seconds for one event.
        memory_mb: Maximum memory of all its processes together, in megabytes.
        environment: Its environment variables; they override Lambda's own.
        client: The runtime client; None uses AWS's if it is available, otherwise the emulator's.
        isolated: Whether the packages that are installed in the interpreter's environment are hidden, as on Lambda,
            where the code brings its own.
        starter: A Python program that starts the runtime client, after it has prepared the process: its arguments are
            the client's program and the arguments of that. None starts the client itself.
        read_only: Whether its processes may not change its code, as on Lambda, where the system can prevent it.
        hidden: Files and folders that its processes are not shown, where the system can prevent it.
    """

    root: Path
    python: Path
    name: str
    handler: str = "index.handler"
    timeout: float = 60.0
    memory_mb: int = 128
    environment: Mapping[str, str] = field(default_factory=dict)
    client: RuntimeClient | None = None
    isolated: bool = False
    starter: Path | None = None
    read_only: bool = False
    hidden: tuple[Path, ...] = ()

    @property
    def full_name(self) -> str:
        """The function's name in AWS (contract section 6.3)."""
        return f"Plugin-{self.name}"
