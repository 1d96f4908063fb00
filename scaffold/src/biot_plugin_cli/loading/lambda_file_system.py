"""Lambda's file system, for a plugin that is loaded on this machine: what is not there, and what is read-only.

It runs in the plugin's interpreter. The rules are enforced by an audit hook, since permissions do not bind the
superuser, as whom tests run in containers.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import Any

__all__ = ["LambdaFileSystem"]

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_WRITABLE = ("/tmp", "/dev", "/proc")  # noqa: S108
# What is similar on all machines, or at least belongs to the system; the last ones are those of macOS.
_OF_THE_SYSTEM = (
    *("/bin", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/tmp", "/usr", "/var"),  # noqa: S108
    *("/Library", "/System", "/private"),
)
# What fails anyway if the path does not exist, in which case the system's own error is the right one.
_CHANGES = frozenset(["os.remove", "os.rmdir", "os.rename", "os.truncate", "os.chmod", "os.chown", "os.utime"])
_CREATIONS = frozenset(["os.mkdir", "os.link", "os.symlink"])
_LISTINGS = frozenset(["os.listdir", "os.scandir"])


class LambdaFileSystem:
    """Raises, for what the process does with files, the errors that it would get on Lambda.

    Args:
        root: The folder of the code, which is read-only.
        hidden: Folders of this machine that Lambda does not have, beside all that are not the system's.
        visible: Folders that are available nevertheless.
    """

    def __init__(self, root: str, hidden: list[str], visible: list[str]) -> None:
        self._root = root
        self._hidden = [*filter(None, hidden)]
        self._visible = [root, *filter(None, visible)]
        self.enabled = True
        sys.addaudithook(self._check)

    def show(self, folder: str) -> None:
        """Make another folder visible."""
        self._visible.append(folder)

    def _check(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.enabled:
            return
        if event == "open":
            path, _, flags = arguments
            if isinstance(flags, int) and flags & _WRITES:
                self._refuse_write(path)
            else:
                self._refuse_hidden(path)
        elif event in _LISTINGS:
            self._refuse_hidden(arguments[0])
        elif event in _CHANGES and os.path.lexists(_absolute(arguments[0]) or ""):
            self._refuse_write(arguments[0])
        elif event in _CREATIONS:
            target = arguments[0 if event == "os.mkdir" else 1]
            if not os.path.lexists(_absolute(target) or ""):
                self._refuse_write(target)

    def _refuse_write(self, path: Any) -> None:
        absolute = _absolute(path)
        if absolute and (_is_in(absolute, [self._root]) or not _is_in(absolute, _WRITABLE)):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)

    def _refuse_hidden(self, path: Any) -> None:
        absolute = _absolute(path)
        if absolute is None or _is_in(absolute, self._visible):
            return
        if _is_in(absolute, self._hidden) or not _is_in(absolute, _OF_THE_SYSTEM):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)


def _absolute(path: Any) -> str | None:
    """Return the absolute path; None for a file descriptor."""
    return os.path.abspath(os.fsdecode(path)) if isinstance(path, (str, bytes, os.PathLike)) else None  # noqa: PTH100


def _is_in(path: str, folders: Any) -> bool:
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)
