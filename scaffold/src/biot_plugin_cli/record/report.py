"""What `biot-plugin record` has done: for people, and for machines."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from biot_plugin_cli.terminal.console import err, out, print_json

__all__ = ["Recorded"]


@dataclass(slots=True)
class Recorded:
    """What was recorded.

    Attributes:
        file: The file of recordings.
        count: How many there are in it.
        skipped: Sentences about events that are not in it.
    """

    file: Path
    count: int = 0
    skipped: list[str] = field(default_factory=list)

    def show(self, *, as_json: bool) -> None:
        """Print it."""
        if as_json:
            print_json({"file": str(self.file), "recordings": self.count, "skipped": self.skipped})
            return
        for sentence in self.skipped:
            err.print(sentence)
        out.print(f"{self.count} {'event' if self.count == 1 else 'events'} recorded in {self.file}")
        err.print("What identifies people is replaced, but recordings are personal data still: delete them after use")
