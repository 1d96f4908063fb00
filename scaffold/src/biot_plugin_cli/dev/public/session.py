"""The sessions of this machine that a platform calls, written down before anything is subscribed.

A session holds a lock while it lives, so that the next one tells what a killed one has left.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from biot_plugin_cli.archive.file_locks import hold, try_hold
from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.subscriptions.hook import is_same_url
from biot_plugin_cli.terminal.file_writer import write_atomically

__all__ = ["Session", "all_sessions", "begin_session", "ended"]

_FOLDER = ".biot-plugin"


@dataclass(frozen=True, slots=True)
class Session:
    """A session.

    Attributes:
        url: The plugin's public URL.
        base_url: The platform's base URL.
    """

    url: str
    base_url: str


@contextmanager
def begin_session(root: Path, session: Session) -> Iterator[Path]:
    """Write a session down, and hold its lock; its file stays until it is deleted.

    Args:
        root: The plugin's folder.
        session: The session.

    Yields:
        The session's file, to be deleted when nothing is subscribed any more.

    Raises:
        UsageError: Another one that lives has the same URL.
        OperationFailed: It cannot be written.
    """
    folder = _folder(root)
    write_atomically(root / _FOLDER / ".gitignore", b"*\n")
    for file, other in all_sessions(root):
        if is_same_url(other.url, session.url):
            with ended(file) as is_ended:
                if not is_ended:
                    raise UsageError(f"Another session has the URL {session.url}: end it, or use another URL")
    file = folder / f"{uuid.uuid4().hex}.json"
    folder.mkdir(parents=True, exist_ok=True)
    # Locked first: nobody may take it for one that has ended.
    with hold(_lock(file)):
        write_atomically(file, json.dumps(asdict(session)).encode())
        yield file
        if not file.exists():
            _lock(file).unlink(missing_ok=True)


@contextmanager
def ended(file: Path) -> Iterator[bool]:
    """Yield whether the session of a file has ended; if so, nobody else cleans up after it meanwhile."""
    with try_hold(_lock(file)) as is_held:
        yield is_held
        if is_held and not file.exists():
            _lock(file).unlink(missing_ok=True)


def all_sessions(root: Path) -> list[tuple[Path, Session]]:
    """List the sessions that are written down, with their files."""
    sessions = ((file, _read(file)) for file in sorted(_folder(root).glob("*.json")))
    return [(file, session) for file, session in sessions if session is not None]


def _folder(root: Path) -> Path:
    return root / _FOLDER / "dev"


def _lock(file: Path) -> Path:
    return file.with_suffix(".lock")


def _read(file: Path) -> Session | None:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        return Session(str(document["url"]), str(document["base_url"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
