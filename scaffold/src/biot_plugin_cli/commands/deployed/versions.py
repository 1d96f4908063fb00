"""`biot-plugin versions`: lists the versions of this plugin that are known."""

from __future__ import annotations

from biot_plugin_cli.commands.options import AsJson, Environment
from biot_plugin_cli.commands.targets import Target, select_target

__all__ = ["versions"]


def versions(environment: Environment = None, target: Target = None, as_json: AsJson = False) -> None:
    """List the versions of this plugin that are known, from where, and how to roll back to each.

    The platform has the content hash and the commit of the last versions; an AWS account of one's own has the versions
    themselves. This folder has the packages that were deployed from it, and its git repository the commits.
    """
    from biot_plugin_cli.deploy.versions.report import print_versions
    from biot_plugin_cli.terminal.console import print_json

    rows = select_target(environment, target).versions()
    if as_json:
        print_json(rows)
    else:
        print_versions(rows)
