"""`biot-plugin evidence`: one folder that shows what was released, and what proves it afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from biot_plugin_cli.commands.options import AsJson, Environment
from biot_plugin_cli.commands.targets import Target, select_target

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["evidence"]

evidence = typer.Typer(name="evidence", invoke_without_command=True)
_OSV = "https://api.osv.dev"


@evidence.callback()
def make(
    context: typer.Context,
    environment: Environment = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FOLDER", help="The folder; evidence if left out.")
    ] = None,
    tests: Annotated[
        list[Path] | None,
        typer.Option("--tests", metavar="FILE", help="Results of tests in the JUnit format; repeatable."),
    ] = None,
    requirements: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The requirements; requirements.toml or requirements.csv of the plugin if left out."
        ),
    ] = None,
    replay: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What biot-plugin replay --json has written.")
    ] = None,
    vulnerabilities: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="A database of vulnerabilities in the OSV format: a zip, folder or JSON file."
        ),
    ] = None,
    ask_osv: Annotated[
        bool, typer.Option("--ask-osv", help="Ask OSV instead, which learns the names and versions of the components.")
    ] = False,
    osv_url: Annotated[str, typer.Option(metavar="URL", help="With --ask-osv: the address of the database.")] = _OSV,
    previous: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="The evidence of the release before, to show the differences.")
    ] = None,
    package: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The package, if it is not to be built; it must be the same.")
    ] = None,
    no_package: Annotated[
        bool, typer.Option("--no-package", help="Leave the package itself out; verify needs it then.")
    ] = False,
    online: Annotated[bool, typer.Option("--online", help="Ask the platform what runs there.")] = False,
    target: Target = None,
    signs: Annotated[bool, typer.Option("--sign", help="Sign it with the SSH or GPG key that git signs with.")] = False,
    complete: Annotated[bool, typer.Option("--complete", help="Fail if anything is missing, and name it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make evidence of a release: one folder for the design history file, with a page to read, print and sign.

    It has the package, its bill of materials, the third-party software, known vulnerabilities, hooks and configuration
    in words, tests with the requirements that they verify, results of check and replay, deployments, and the
    differences from the release before. Nothing is asked of the network unless an option says so, and equal inputs make
    equal evidence. No tool makes anybody compliant.
    """
    if context.invoked_subcommand:
        return
    from biot_plugin_cli.errors import UsageError
    from biot_plugin_cli.evidence.making import make_evidence
    from biot_plugin_cli.evidence.request import Request
    from biot_plugin_cli.evidence.summary import made_document, print_made
    from biot_plugin_cli.plugin.repository import Plugin
    from biot_plugin_cli.terminal.console import print_json

    if vulnerabilities and ask_osv:
        raise UsageError("--vulnerabilities and --ask-osv are two sources: pass one of both")
    plugin = Plugin.load(environment=environment)
    request = Request(
        package=package,
        tests=tuple(tests or ()),
        requirements=requirements,
        replay=replay,
        vulnerabilities=vulnerabilities,
        osv_url=osv_url if ask_osv else None,
        previous=previous,
        platform=select_target(environment, target) if online else None,
        copies_package=not no_package,
    )
    made = make_evidence(plugin, request, output or plugin.root / "evidence", signs=signs, complete=complete)
    if as_json:
        print_json(made_document(made))
    else:
        print_made(made)


@evidence.command()
def soup(environment: Environment = None, as_json: AsJson = False) -> None:
    """Add rows with empty cells to soup.toml, for the software in the package that it says nothing of.

    People fill them: what each is for, what is required of it, what it needs, its risk, and its support.
    """
    from biot_plugin_cli.evidence.making import add_rows
    from biot_plugin_cli.plugin.repository import Plugin
    from biot_plugin_cli.terminal.console import out, print_json

    file, count = add_rows(Plugin.load(environment=environment))
    if as_json:
        print_json({"file": str(file), "added": count})
    else:
        out.print(f"{file}: {count} rows were added" if count else f"{file} has a row for everything in the package")


@evidence.command()
def verify(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The evidence.", show_default=False)],
    package: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A package to compare, beside the one in the folder.")
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The public key of who signed, or a list of allowed signers; it must be signed."
        ),
    ] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Build the commit again, in this repository, and compare its content.")
    ] = False,
    online: Annotated[
        bool, typer.Option("--online", help="Compare what runs on the platform, too; without it, nothing is sent.")
    ] = False,
    environment: Environment = None,
    target: Target = None,
    as_json: AsJson = False,
) -> None:
    """Prove that evidence, its package and what runs on the platform are what was recorded, or say what differs.

    The exit code is 1 if anything differs, or if what is needed to tell is missing.
    """
    from biot_plugin_cli.evidence.summary import print_proof, proof_document
    from biot_plugin_cli.evidence.verification import proof
    from biot_plugin_cli.terminal.console import print_json

    def status(name: str, variables: Mapping[str, str]) -> Mapping[str, Any]:
        from biot_plugin_cli.errors import UsageError

        deployed = select_target(environment, target, variables)
        if deployed.plugin.manifest.name != name:
            raise UsageError(
                f"The evidence is of {name}, and the plugin in this folder is {deployed.plugin.manifest.name}: run the "
                "command in the repository of the plugin"
            )
        return deployed.status()

    def build(commit: str) -> str:
        from biot_plugin_cli.deploy.older.commit_build import building_commit
        from biot_plugin_cli.plugin.repository import Plugin

        with building_commit(Plugin.load(environment=environment), commit) as built:
            return built.content_hash

    result = proof.verify(folder, package, key, status if online else None, build if rebuild else None)
    if as_json:
        print_json(proof_document(result))
    else:
        print_proof(result)
    raise typer.Exit(1 if result.differences else 0)
