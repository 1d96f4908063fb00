"""Prints the result of `biot-plugin upgrade`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from biot_plugin_cli.terminal.console import err, out

if TYPE_CHECKING:
    from biot_plugin_cli.template.repository_upgrade import Upgrade

__all__ = ["print_conflicts", "print_upgrade", "upgrade_document"]


def upgrade_document(upgrade: Upgrade) -> dict[str, Any]:
    """Create the document of `--json`."""
    return {
        "action": "upgrade" if upgrade.changed else "none",
        "from": upgrade.old,
        "to": upgrade.new,
        "changed": list(upgrade.changed),
        "conflicts": list(upgrade.conflicts),
    }


def print_upgrade(upgrade: Upgrade) -> None:
    """Print the changed files for people."""
    if not upgrade.changed:
        out.print(f"Nothing to do: this repository is at template version {upgrade.new}, the newest one.")
        return
    out.print(Text.assemble(f"Template version {upgrade.old} -> ", (str(upgrade.new), "bold")))
    for path in upgrade.changed:
        mark = ("conflict", "red") if path in upgrade.conflicts else ("changed ", "green")
        out.print(Text.assemble("  ", mark, f"  {path}"))
    for path in upgrade.retained:
        out.print(f"  left out  {path}, which you removed from git and the template changed")
    if not upgrade.conflicts:
        out.print("Look at it with git diff, run make check test, which updates uv.lock too, and commit.")


def print_conflicts(upgrade: Upgrade) -> None:
    """Print the conflicts as an error, on standard error."""
    err.print(f"error: Merge conflicts: {_advice(upgrade)}, then run make check test and commit")


def _advice(upgrade: Upgrade) -> str:
    unmarked = [path for path in upgrade.conflicts if path not in upgrade.marked]
    steps = [
        f"choose between the marked lines in {', '.join(upgrade.marked)}" if upgrade.marked else "",
        f"compare {', '.join(unmarked)} with the template's, which could not be merged" if unmarked else "",
    ]
    return ", and ".join(filter(None, steps))
