"""What the emulator has a keeper do."""

from __future__ import annotations

import marshal
import os

__all__ = ["SIZE_BYTES", "SWEPT", "Orders"]

SIZE_BYTES = 8
"""The length of what precedes the orders: their size."""

SWEPT = b"s"
"""What a keeper sends right before its end: that no process is left of those that the plugin started."""


class Orders:
    """A plugin's process, and what it may see and change of this machine.

    No named tuple or data class: what those import takes longer than all the rest of the keeper's start.

    Args:
        command: The program and its arguments.
        environment: All of its variables.
        folder: Where it is started.
        root: The folder that it sees as the root of all files, or nothing of this machine; empty for this machine's.
        temporary: What it sees in that root as `/tmp`; empty for an empty folder in memory.
        writable: The folders in which it may change files, where the system can prevent it everywhere else.
        read_only: Folders inside of those in which it may not.
        hidden: Files that it sees empty, and folders of which it sees what is in `writable` alone.
        control_group: The folder of the control group that it becomes a member of; empty if there is none.
        max_memory: How many bytes of memory it and what it started may have together.
    """

    def __init__(
        self,
        command: list[str],
        environment: dict[str, str],
        folder: str,
        root: str,
        temporary: str,
        writable: list[str],
        read_only: list[str],
        hidden: list[str],
        control_group: str,
        max_memory: int,
    ) -> None:
        self.command = command
        self.environment = environment
        self.folder = folder
        self.root = root
        self.temporary = temporary
        self.writable = writable
        self.read_only = read_only
        self.hidden = hidden
        self.control_group = control_group
        self.max_memory = max_memory

    def encode(self) -> bytes:
        """Return these orders as they are sent.

        Raises:
            ValueError: A text has a NUL byte, which no program can get.
        """
        texts = (*self.command, *self.environment, *self.environment.values(), self.folder)
        if any(b"\0" in os.fsencode(text) for text in texts):
            raise ValueError("embedded null byte")
        # Quicker to load than JSON, and read by the interpreter that wrote it.
        content = marshal.dumps(vars(self))
        return len(content).to_bytes(SIZE_BYTES, "big") + content

    @classmethod
    def decode(cls, content: bytes) -> Orders:
        """Read orders, without their size."""
        return cls(**marshal.loads(content))  # noqa: S302 - from the emulator itself
