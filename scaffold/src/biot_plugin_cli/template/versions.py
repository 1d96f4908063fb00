"""The versions of the template, as a git repository with one tag for each.

A plugin is upgraded by a three-way merge, which needs the template version that the plugin was created from. So every
released version is part of this package: `history.fi` is a stream for `git fast-import` with a commit for each
version, tagged `1`, `2`, ...; `plugin/` is the current template. If it differs from the newest release it becomes one
more version, named after its content, such as `3.dev0+1f0c2a9b7d3e`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.template.fast_import import encode_changes, encode_version, import_stream, import_versions
from biot_plugin_cli.terminal.scratch import temporary_folder

__all__ = ["FOLDER", "HISTORY", "Template", "open_template", "read_current", "read_history", "released_versions"]

FOLDER = Path(__file__).parents[1] / "_templates"
HISTORY = "history.fi"

_CURRENT = "plugin"
_IGNORED = frozenset({".DS_Store", "__pycache__"})


@dataclass(frozen=True, slots=True)
class Template:
    """The versions of the template in a temporary bare repository.

    Attributes:
        repository: The bare repository. Its folder may be used for other temporary files.
        versions: The versions, oldest first; each is a tag, and the last one is the current template.
    """

    repository: Path
    versions: tuple[str, ...]

    @property
    def newest(self) -> str:
        """The version of the current template."""
        return self.versions[-1]


@contextmanager
def open_template(folder: Path | None = None) -> Iterator[Template]:
    """Create the repository of the template's versions, and delete it at the end of the context.

    Args:
        folder: The folder of `plugin/` and `history.fi`; the one in this package when None.
    """
    folder = folder or FOLDER
    with released_versions(read_history(folder)) as (repository, released):
        changes = encode_changes(repository, released[-1] if released else None, read_current(folder))
        if not changes:
            yield Template(repository, released)
            return
        number = len(released) + 1
        version = f"{number}.dev0+{hashlib.sha256(changes).hexdigest()[:12]}"
        import_stream(repository, encode_version(version, number, changes, has_parent=bool(released)))
        yield Template(repository, (*released, version))


@contextmanager
def released_versions(history: bytes) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Create a temporary bare repository of the released versions, and yield it with the versions."""
    with temporary_folder("biot-plugin-template-") as folder:
        repository = folder / "template.git"
        yield repository, import_versions(repository, history)


def read_history(folder: Path) -> bytes:
    """Read the stream of the released versions; empty when there are none."""
    file = folder / HISTORY
    return file.read_bytes() if file.exists() else b""


def read_current(folder: Path) -> dict[str, bytes]:
    """Read the files of the current template.

    Returns:
        Their content, by path.

    Raises:
        OperationFailed: There are none.
    """
    root = folder / _CURRENT
    paths = (path for path in sorted(root.rglob("*")) if path.is_file() and not _IGNORED.intersection(path.parts))
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}
    if not files:
        raise OperationFailed(f"No template in {root}: reinstall biot-plugin-cli")
    return files
