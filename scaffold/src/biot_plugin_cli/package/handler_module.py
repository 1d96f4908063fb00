"""The check that a package contains the module of its handler."""

from __future__ import annotations

from collections.abc import Iterable

from biot_plugin_cli.archive.zip_file import Entry
from biot_plugin_cli.errors import InvalidPlugin

__all__ = ["check_handler"]


def check_handler(entries: Iterable[Entry], handler: str) -> None:
    """Check that the module of the handler is among the plugin's source files.

    Args:
        entries: The source files.
        handler: Module and attribute of the entry point, such as `index.handler`.

    Raises:
        InvalidPlugin: It is not.
    """
    module = handler.rpartition(".")[0].replace(".", "/")
    if not {f"{module}.py", f"{module}/__init__.py"} & {entry.name for entry in entries}:
        raise InvalidPlugin(
            f"No {module}.py for the handler {handler} among the plugin's source files: create it, make sure that git "
            "does not ignore it, or change the handler in pyproject.toml"
        )
