"""The program `new-plugin`, which creates the repository of a new plugin."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.hooks.kinds import HookKind
from biot_plugin_cli.manifest.lambda_runtimes import Runtime
from biot_plugin_cli.platform.plugin_names import MAX_NAME_LENGTH, PREFIX
from biot_plugin_cli.plugin.interpreters import find_interpreter
from biot_plugin_cli.template.creation.destination import locate
from biot_plugin_cli.terminal.app import Debug, new_app, run
from biot_plugin_cli.terminal.console import print_json

__all__ = ["app", "main", "new_plugin"]

app = new_app("Create the repository of a new BioT plugin.")

Package = Literal["zip", "image"]
CiProvider = Literal["github", "bitbucket", "none"]

_PIPELINES = {"github": ".github/workflows/ci.yml", "bitbucket": "bitbucket-pipelines.yml"}
_COMMAND_WIDTH = 44


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
    framework_from: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE",
            help="Where the plugin installs the framework from: git+https://HOST/REPOSITORY@REV, a folder of wheels or "
            "of a checkout, the URL of a package index, or index for the one that is configured; default: where "
            "new-plugin was installed from.",
        ),
    ] = None,
    git: Annotated[
        bool | None,
        typer.Option(
            "--git/--no-git",
            help="Whether to create a git repository and commit; default: unless the folder is in another repository.",
            show_default=False,
        ),
    ] = None,
    lock: Annotated[bool, typer.Option("--lock/--no-lock", help="Whether to lock the dependencies in uv.lock.")] = True,
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

    from biot_plugin_cli.template.creation.repository import Creation, create_repository

    created = create_repository(folder, answers, suggested, Creation(framework_from, git, lock, ask))
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
    from rich.text import Text

    from biot_plugin_cli.terminal.console import out

    event = f"events/{created['hooks'][0].replace('-', '_')}.json"
    name = created["name"]
    out.print(Text.assemble(("Created the plugin", "green"), " ", (name, "bold"), f" in {folder}. Next:"))
    if locate(folder) != Path.cwd():
        out.print(f"  cd {shlex.quote(str(folder))}")
    for command, comment in (
        ("make test", "installs everything into the folder, then runs the tests"),
        (_activation(), "for biot-plugin, once in each shell"),
        (f"biot-plugin invoke {event}", "runs an event through the plugin"),
    ):
        out.print(Text.assemble(f"  {command:<{_COMMAND_WIDTH}} ", (f"# {comment}", "dim")))
    for note in _notes(created):
        out.print(Text(note, style="yellow"))


def _activation() -> str:
    is_fish = Path(os.environ.get("SHELL", "")).name == "fish"
    return f"source .venv/bin/activate{'.fish' if is_fish else ''}"


def _notes(created: dict[str, Any]) -> Iterator[str]:
    if find_interpreter(runtime := created["runtime"]) is None:
        yield f"{runtime} is not installed on this machine: make setup downloads it, or asks you to install it."
    if reason := created["unlockedBecause"]:
        yield f"There is no uv.lock yet ({reason}): make setup writes it, then commit it."
    folder = created["frameworkFolder"]
    if rule := created["frameworkIgnoredBy"]:
        yield f"The framework comes from {folder}, which git ignores ({rule}): commit it, so that clones have it too."
    elif not created["frameworkCloned"]:
        yield f"The framework comes from {folder}, which pipelines do not have: --framework-from names another place."
    if replaced := created["replaced"]:
        names, rest = " and ".join(replaced), "ones" if len(replaced) > 1 else "one"
        yield f"{names} of the repository made way for the plugin's: git has the {rest} before."
    if repository := created["surroundingRepository"]:
        yield f"It is part of the repository {repository}: commit it there, or delete it and pass --git for its own."
        if file := _PIPELINES.get(created["ci"]):
            yield f"Pipelines run from the top of a repository alone: merge {file} into the one in {repository}."
