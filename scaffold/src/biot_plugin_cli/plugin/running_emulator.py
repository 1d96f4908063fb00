"""What `biot-plugin dev` leaves in the plugin's folder while it runs, so that other commands find its emulator."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.terminal.file_writer import write_atomically

__all__ = ["RunningEmulator", "announced", "read_running"]

_FOLDER = ".biot-plugin"
_NAME = "emulator.json"
_IGNORE = ".gitignore"


@dataclass(frozen=True, slots=True)
class RunningEmulator:
    """A running emulator.

    Attributes:
        url: Its address.
        service_id: The id of the plugin's own service user there.
        secret_key: Its secret key.
    """

    url: str
    service_id: str
    secret_key: str

    def __repr__(self) -> str:
        """Show everything but the secret key."""
        return f"RunningEmulator(url={self.url!r}, service_id={self.service_id!r})"


@contextmanager
def announced(root: Path) -> Iterator[Callable[[RunningEmulator], None]]:
    """Yield a function that writes down which emulator runs, until it ends.

    The file is one that only its owner can read, and that git ignores.

    Args:
        root: The plugin's folder.
    """
    file = root / _FOLDER / _NAME
    written: list[RunningEmulator] = []

    def announce(emulator: RunningEmulator) -> None:
        if emulator not in written[-1:]:
            _write(file, emulator)
            written.append(emulator)

    try:
        yield announce
    finally:
        # Another one may have been started meanwhile.
        if written and read_running(root) == written[-1]:
            file.unlink(missing_ok=True)
            _remove_unless_used(file.parent)


def read_running(root: Path) -> RunningEmulator | None:
    """Read which emulator runs with a plugin on it; None if none does.

    Args:
        root: The plugin's folder.
    """
    try:
        document = json.loads((root / _FOLDER / _NAME).read_text(encoding="utf-8"))
        return RunningEmulator(*(str(document[name]) for name in ("url", "service_id", "secret_key")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _remove_unless_used(folder: Path) -> None:
    """Remove a folder that has nothing but what makes git ignore it."""
    with suppress(OSError):
        if [path.name for path in folder.iterdir()] == [_IGNORE]:
            (folder / _IGNORE).unlink()
            folder.rmdir()


def _write(file: Path, emulator: RunningEmulator) -> None:
    write_atomically(file.parent / _IGNORE, b"*\n")
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(asdict(emulator), stream)
        temporary.replace(file)
    except OSError as error:
        raise OperationFailed(f"Cannot write {file} ({error.strerror}): make its folder writable") from error
    finally:
        temporary.unlink(missing_ok=True)
