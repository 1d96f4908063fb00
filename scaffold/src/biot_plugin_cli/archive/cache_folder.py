"""The cache folder in a plugin's repository, `.cache/biot-plugin`."""

from __future__ import annotations

from pathlib import Path

from biot_plugin_cli.errors import OperationFailed

__all__ = ["cache_folder"]


def cache_folder(root: Path, name: str) -> Path:
    """Create a folder in the cache, which git ignores and which may be deleted at any time.

    Args:
        root: The plugin's repository.
        name: The name of the folder.

    Raises:
        OperationFailed: It cannot be created.
    """
    cache = root / ".cache" / "biot-plugin"
    try:
        (cache / name).mkdir(parents=True, exist_ok=True)
        if not (gitignore := cache / ".gitignore").exists():
            gitignore.write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise OperationFailed(f"Cannot write {cache} ({error.strerror}): make it writable") from error
    return cache / name
