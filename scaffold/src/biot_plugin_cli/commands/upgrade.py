"""`biot-plugin upgrade`: brings a plugin's repository up to the newest template."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from biot_plugin_cli.terminal.console import err, out, print_json

if TYPE_CHECKING:
    from biot_plugin_cli.template.repository_upgrade import Upgrade

__all__ = ["upgrade"]


def upgrade(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Merge the newest template, keep your changes."""
    from biot_plugin_cli.template.repository_upgrade import upgrade_repository

    done = upgrade_repository(Path.cwd())
    if as_json:
        print_json(
            {
                "action": "upgrade" if done.changed else "none",
                "from": done.old,
                "to": done.new,
                "changed": list(done.changed),
                "conflicts": list(done.conflicts),
            }
        )
    elif not done.changed:
        out.print(f"Nothing to do: this repository is at template version {done.new}, the newest one.")
    else:
        out.print(f"Template version {done.old} -> [bold]{done.new}[/]")
        for path in done.changed:
            mark = "[red]conflict[/]" if path in done.conflicts else "[green]changed [/]"
            out.print(f"  {mark}  {escape(path)}")
        for path in done.retained:
            out.print(f"  left out  {escape(path)}, which you removed from git and the template changed")
    if done.conflicts:
        err.print(
            f"error: Some changes meet yours: {_choices(done)}, then run make check test and commit", markup=False
        )
        raise typer.Exit(1)
    if done.changed and not as_json:
        out.print("Look at it with git diff, run make check test, and commit.")


def _choices(done: Upgrade) -> str:
    unmarked = [path for path in done.conflicts if path not in done.marked]
    steps = [
        f"choose between the marked lines in {', '.join(done.marked)}" if done.marked else "",
        f"compare {', '.join(unmarked)} with the template's, which could not be merged" if unmarked else "",
    ]
    return ", and ".join(filter(None, steps))
