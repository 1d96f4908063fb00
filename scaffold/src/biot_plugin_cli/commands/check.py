"""`biot-plugin check`: everything that can be wrong, before anything is sent."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["check"]


def check(
    environment: Annotated[
        str | None, typer.Option("--env", metavar="NAME", help="The environment, [tool.biot-plugin.env.NAME].")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Look for everything that the platform or Lambda would refuse, and show all of it with what to do.

    Errors end it with 4, or with 3 where the plugin cannot be imported; warnings alone end it with 0.
    """
    from biot_plugin_cli import _check, _check_report
    from biot_plugin_cli._console import print_json

    report = _check.check(environment=environment)
    if as_json:
        print_json(_check_report.check_document(report))
    else:
        _check_report.print_check(report)
    if report.not_asked and report.exit_code == report.not_asked.exit_code:
        raise report.not_asked
    raise typer.Exit(report.exit_code)
