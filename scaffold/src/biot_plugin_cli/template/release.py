"""Release of the current template as the next version: `python -m biot_plugin_cli.template.release`.

With `--check` nothing is written, and the exit code is 1 if the current template is not released.
"""

from __future__ import annotations

import sys
from pathlib import Path

from biot_plugin_cli.template import versions
from biot_plugin_cli.template.fast_import import encode_changes, encode_version

__all__ = ["is_released", "release"]


def release(folder: Path | None = None) -> str | None:
    """Append the current template to the history as the next version.

    Args:
        folder: As in `open_template`.

    Returns:
        The new version, or None when the newest version is the current template.
    """
    folder = folder or versions.FOLDER
    history = versions.read_history(folder)
    with versions.released_versions(history) as (repository, released):
        changes = encode_changes(repository, released[-1] if released else None, versions.read_current(folder))
    if not changes:
        return None
    number = len(released) + 1
    stream = encode_version(str(number), number, changes, has_parent=False)
    (folder / versions.HISTORY).write_bytes(history + stream)
    return str(number)


def is_released(folder: Path | None = None) -> bool:
    """Tell whether the newest version is the current template; the argument is as in `open_template`."""
    with versions.open_template(folder) as template:
        return template.newest.isdecimal()


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        unreleased = "The template has changed since its last version: run make template-release, and commit it"
        sys.exit(None if is_released() else unreleased)
    version = release()
    sys.stdout.write(f"released template version {version}\n" if version else "nothing to release\n")
