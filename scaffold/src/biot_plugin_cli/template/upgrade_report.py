"""Prints the result of `biot-plugin upgrade`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape

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
    out.print(f"Template version {upgrade.old} -> [bold]{upgrade.new}[/]")
    for path in upgrade.changed:
        mark = "[red]conflict[/]" if path in upgrade.conflicts else "[green]changed [/]"
        out.print(f"  {mark}  {escape(path)}")
    if not upgrade.conflicts:
        out.print("Look at it with git diff, run make check test, and commit.")


def print_conflicts(upgrade: Upgrade) -> None:
    """Print the conflicts as an error, on standard error."""
    err.print(
        f"error: Merge conflicts in {', '.join(upgrade.conflicts)}: resolve them, then run make check test and commit",
        markup=False,
    )
