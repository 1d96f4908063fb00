"""The folder that keeps the platform of `biot-plugin dev` from one run to the next."""

from __future__ import annotations

import os
from pathlib import Path

from biot_emulator.state.folder_lock import LOCK
from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.terminal.file_writer import write_atomically

__all__ = ["check_state_folder", "ignore_in_git"]

_ALL = b"*"
_ADVICE = "name a folder of its own, such as --data .biot-plugin/platform"


def check_state_folder(folder: Path, root: Path) -> None:
    """Check that nothing of the plugin's is in a folder, as that is neither copied nor watched, and git ignores it.

    Args:
        folder: The folder, which may not be there yet.
        root: The plugin's folder.

    Raises:
        UsageError: Something is.
    """
    # Not resolve(), which fails at links to themselves.
    real, own = Path(os.path.realpath(folder)), Path(os.path.realpath(root))
    if own.is_relative_to(real):
        raise UsageError(f"The plugin is in {folder}, where the platform would be kept: {_ADVICE}")
    if real.is_relative_to(own) and _has_other_files(real):
        raise UsageError(f"{folder} has files of the plugin, and the platform would be kept there: {_ADVICE}")


def ignore_in_git(folder: Path, root: Path) -> None:
    """Have git ignore all of a folder if it is in the plugin's, unless it does already: private keys are no code."""
    rules = folder / ".gitignore"
    if Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(root)) and not _ignores_all(rules):
        write_atomically(rules, _ALL + b"\n")


def _ignores_all(rules: Path) -> bool:
    return rules.is_file() and _ALL in rules.read_bytes().splitlines()


def _has_other_files(folder: Path) -> bool:
    names = [file.name for file in folder.glob("*")]
    return LOCK not in names and not all(name.startswith(".") for name in names)
