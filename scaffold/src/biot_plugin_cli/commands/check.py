"""`biot-plugin check`: everything that can be wrong, before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any

import typer

__all__ = ["check"]


def check(
    environment: Annotated[
        str | None, typer.Option("--env", metavar="NAME", help="The environment, [tool.biot-plugin.env.NAME].")
    ] = None,
    online: Annotated[bool, typer.Option("--online", help="Ask the platform itself what can be intercepted.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Look for everything that the platform or Lambda would refuse, and show all of it with what to do.

    Errors end it with 4, or with 3 where the plugin cannot be imported; warnings alone end it with 0.
    """
    from biot_plugin_cli.check import runner
    from biot_plugin_cli.check.report import check_document, print_check
    from biot_plugin_cli.terminal.console import print_json

    report = runner.check(environment=environment, get=_platform(environment) if online else None)
    if as_json:
        print_json(check_document(report))
    else:
        print_check(report)
    if report.not_asked and report.exit_code == report.not_asked.exit_code:
        raise report.not_asked
    raise typer.Exit(report.exit_code)


def _platform(environment: str | None) -> Callable[[str], dict[str, Any]]:
    """What asks the platform; it is found, and logged in to, when it is first asked."""
    from biot_plugin_cli.deploy import workflow
    from biot_plugin_cli.platform.response_schemas import INTERCEPTABLE, page_of

    target = cache(workflow.target)

    def get(path: str) -> dict[str, Any]:
        found: dict[str, Any] = target(environment).client.get(path, page_of(INTERCEPTABLE))
        return found

    return get
