"""The program `new-plugin`."""

from __future__ import annotations

from typing import NoReturn

from biot_plugin_cli._run import new_app, run

__all__ = ["app", "main"]

app = new_app("Make the repository of a new BioT plugin.")


def main() -> NoReturn:
    """Run `new-plugin`."""
    run(app, "new-plugin")
