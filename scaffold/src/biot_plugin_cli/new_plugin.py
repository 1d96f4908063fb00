"""The program `new-plugin`, which creates the repository of a new plugin."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer
from rich.text import Text

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.hooks.kinds import HookKind
from biot_plugin_cli.manifest.lambda_runtimes import Runtime
from biot_plugin_cli.platform.plugin_names import MAX_NAME_LENGTH, PREFIX
from biot_plugin_cli.plugin.interpreters import find_interpreter
from biot_plugin_cli.template.destination import locate
from biot_plugin_cli.terminal.app import Debug, new_app, run
from biot_plugin_cli.terminal.console import out, print_json

__all__ = ["app", "main", "new_plugin"]

app = new_app("Create the repository of a new BioT plugin.")

Package = Literal["zip", "image"]
CiProvider = Literal["github", "bitbucket", "none"]


@app.command()
def new_plugin(
    destination: Annotated[
        Path | None, typer.Argument(metavar="DEST", help="The folder to create, or an empty one; default: --name.")
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            help=f"The plugin's name: 1 to {MAX_NAME_LENGTH} letters, digits, - and _, without {PREFIX} before it."
        ),
    ] = None,
    display_name: Annotated[str | None, typer.Option(help="The name shown to people.")] = None,
    hook: Annotated[
        list[HookKind] | None,
        typer.Option(metavar="HOOK", help=f"A hook that the plugin handles, repeatable: {', '.join(HookKind)}."),
    ] = None,
    runtime: Annotated[Runtime | None, typer.Option(help="The Python version on AWS Lambda.")] = None,
    package: Annotated[Package | None, typer.Option(help="How the plugin is deployed.")] = None,
    ci: Annotated[CiProvider | None, typer.Option(help="The CI provider to create a pipeline for.")] = None,
    defaults: Annotated[bool, typer.Option("--defaults", help="Use the defaults for all other options.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    _debug: Debug = False,
) -> None:
    """Create the repository of a new BioT plugin, and ask for missing options on the terminal."""
    options = {
        "name": name,
        "display_name": display_name,
        "hooks": [item.value for item in hook] if hook else None,
        "runtime": runtime,
        "package": package,
        "ci": ci,
    }
    answers = {key: value for key, value in options.items() if value is not None}
    ask = not defaults and not as_json and sys.stdin.isatty() and sys.stdout.isatty()
    folder = _destination(destination, name, ask)
    suggested = {"name": _valid_name(locate(folder).name)}
    if not (ask or defaults):
        _require_all(answers | suggested, options)

    from biot_plugin_cli.template.repository_creation import create_repository

    created = create_repository(folder, answers, suggested, ask=ask)
    if as_json:
        print_json(created)
    else:
        _print_next_steps(folder, created)


def main() -> NoReturn:
    """Run `new-plugin`."""
    run(app, "new-plugin")


def _destination(destination: Path | None, name: str | None, ask: bool) -> Path:
    if destination is not None:
        return destination
    if name is not None:
        return Path(name)
    if ask:
        return Path(typer.prompt("Folder to create"))
    raise UsageError("No folder to create: run new-plugin DEST")


def _valid_name(text: str) -> str:
    return re.sub(r"[^a-zA-Z0-9_-]+", "-", text).strip("-")[:MAX_NAME_LENGTH] or "plugin"


def _require_all(answers: dict[str, Any], questions: dict[str, Any]) -> None:
    missing = ["--hook" if key == "hooks" else "--" + key.replace("_", "-") for key in questions if key not in answers]
    if missing:
        raise UsageError(f"Cannot ask for missing options (not a terminal): pass {', '.join(missing)}, or --defaults")


def _print_next_steps(folder: Path, created: dict[str, Any]) -> None:
    program = "biot-plugin" if shutil.which("biot-plugin") else ".venv/bin/biot-plugin"
    event = f"events/{created['hooks'][0].replace('-', '_')}.json"
    name = created["name"]
    out.print(Text.assemble(("Created the plugin", "green"), " ", (name, "bold"), f" in {folder}. Next:"))
    if locate(folder) != Path.cwd():
        out.print(f"  cd {shlex.quote(str(folder))}")
    comment = "# installs everything into the folder, then runs the tests"
    out.print(Text.assemble("  make test          ", (comment, "dim")))
    out.print(f"  {program} invoke {event}")
    if find_interpreter(created["runtime"]) is None:
        missing = (f"{created['runtime']} is not installed on this machine:", "yellow")
        out.print(Text.assemble(missing, " make setup downloads it with uv, or asks you to install it."))
