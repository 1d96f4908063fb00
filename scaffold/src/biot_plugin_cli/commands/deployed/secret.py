"""`biot-plugin secret`: variables of this plugin that live where it runs alone, in no file."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from biot_plugin_cli.commands.options import AsJson, DryRun, Environment, Yes
from biot_plugin_cli.commands.targets import Target, select_target

__all__ = ["secret"]

secret = typer.Typer(
    name="secret",
    help="Set, list and remove environment variables that live on the platform alone, such as passwords.",
)
_Name = Annotated[str, typer.Argument(metavar="NAME", help="The variable's name.", show_default=False)]


@secret.command("set", context_settings={"allow_extra_args": True})
def set_secret(
    context: typer.Context,
    name: _Name,
    environment: Environment = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    target: Target = None,
    as_json: AsJson = False,
) -> None:
    """Set a variable, whose value is typed at a hidden prompt or read from standard input.

    It is never an argument, which others on the machine could read, and is never shown. deploy and rollback
    leave the variable alone. A line end at the end of standard input is left out; pass --yes with it, as nobody can
    confirm then.
    """
    from biot_plugin_cli.errors import UsageError
    from biot_plugin_cli.terminal.secret_input import read_secret

    if context.args or "=" in name:
        # Without what was typed: it is the value, which a pipeline would log.
        raise UsageError("The value is never an argument: pass the name alone, and the value on standard input")
    deployment_target = select_target(environment, target)
    deployment_target.require_secret_name(name)
    document = deployment_target.change_secrets({name: read_secret(name)}, dry_run=dry_run, yes=yes)
    _report(document, f"Set {name}", f"{name} has this value already", dry_run=dry_run, as_json=as_json)


@secret.command("unset")
def unset_secret(
    name: _Name,
    environment: Environment = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    target: Target = None,
    as_json: AsJson = False,
) -> None:
    """Remove a variable that pyproject.toml does not set."""
    document = select_target(environment, target).change_secrets({name: None}, dry_run=dry_run, yes=yes)
    _report(document, f"Removed {name}", f"There is no variable {name}", dry_run=dry_run, as_json=as_json)


@secret.command("list")
def list_secrets(environment: Environment = None, target: Target = None, as_json: AsJson = False) -> None:
    """List the variables that pyproject.toml does not set: their names, and when they were set if that is known."""
    from biot_plugin_cli.terminal.console import out, print_json
    from biot_plugin_cli.terminal.plain_text import columns, one_line

    rows = select_target(environment, target).secrets()
    if as_json:
        print_json(rows)
    elif rows:
        header = ("name", "set")
        for line in columns([header, *((one_line(row["name"]), row["setAt"] or "unknown") for row in rows)]):
            out.print(line)
    else:
        out.print("There are no variables that pyproject.toml does not set")


def _report(document: dict[str, Any], done: str, nothing: str, *, dry_run: bool, as_json: bool) -> None:
    from biot_plugin_cli.terminal.console import out, print_json

    if as_json:
        print_json(document)
    elif document["action"] == "none":
        out.print(f"{nothing}: nothing was changed")
    elif not dry_run:
        out.print(f"{done} of {document['name']}")
