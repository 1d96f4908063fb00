"""`biot-plugin hooks`: shows what can be hooked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from biot_plugin_cli.commands.options import AsJson, Environment

if TYPE_CHECKING:
    from biot_plugin_cli.hooks.offered.catalogue import Catalogue

__all__ = ["hooks", "load_catalogue"]


def hooks(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="WORD", help="Show what has all these words, such as patient, or a path that is called."
        ),
    ] = None,
    online: Annotated[
        bool, typer.Option("--online", help="Ask the platform itself, and show how it differs from what is published.")
    ] = False,
    environment: Environment = None,
    as_json: AsJson = False,
) -> None:
    """Show what a plugin can be called for: APIs, types of entities, actions.

    WORD is a part of a name, what a call does (create, update, delete, get), or a path as it is called, with ids in it.
    """
    from biot_plugin_cli.errors import OperationFailed
    from biot_plugin_cli.hooks.offered.catalogue import Catalogue
    from biot_plugin_cli.hooks.offered.listing import catalogue_document, print_catalogue, print_differences
    from biot_plugin_cli.hooks.offered.online import compare
    from biot_plugin_cli.hooks.offered.selection import select
    from biot_plugin_cli.terminal.console import err, print_json

    catalogue = load_catalogue(online, environment)
    published = Catalogue.published() if online else catalogue
    selection = select(catalogue, words or [])
    if selection.is_empty:
        text = " ".join(words or [])
        raise OperationFailed(f"Nothing in {catalogue.source} matches {text!r}: biot-plugin hooks shows all of it")
    if not selection.is_exact:
        err.print(f"Nothing matches {' '.join(words or [])!r}; this is what {' '.join(selection.words)!r} matches:")
    differences = compare(published, catalogue) if online else {}
    if as_json:
        print_json(catalogue_document(selection.catalogue) | ({"differences": differences} if online else {}))
        return
    print_catalogue(selection.catalogue, is_whole=not words)
    if online:
        print_differences(differences)


def load_catalogue(online: bool, environment: str | None) -> Catalogue:
    """Load what can be hooked.

    Args:
        online: Whether to ask a platform.
        environment: The name of its environment; None for none.

    Raises:
        CliError: The platform cannot be asked, or it was not to be asked and there is an environment.
    """
    from biot_plugin_cli.errors import UsageError
    from biot_plugin_cli.hooks.offered.catalogue import Catalogue

    if online:
        from biot_plugin_cli.deploy.destination import platform_client
        from biot_plugin_cli.hooks.offered.online import fetch_catalogue

        return fetch_catalogue(platform_client(environment))
    if environment:
        raise UsageError("--env says whom --online asks: add --online, or leave out --env")
    return Catalogue.published()
