"""The folder inside a plugin's repository that keeps what is costly to make again."""

from __future__ import annotations

from pathlib import Path

from biot_plugin_cli.errors import OperationFailed

__all__ = ["cache_folder"]


def cache_folder(root: Path, name: str) -> Path:
    """Make a folder of the plugin's cache, which git does not see and which may be removed at any time.

    Args:
        root: The plugin's repository.
        name: The folder's name.

    Raises:
        OperationFailed: It cannot be made.
    """
    cache = root / ".cache" / "biot-plugin"
    try:
        (cache / name).mkdir(parents=True, exist_ok=True)
        if not (ignored := cache / ".gitignore").exists():
            ignored.write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise OperationFailed(f"{cache} cannot be written ({error.strerror}): make it writable") from error
    return cache / name
