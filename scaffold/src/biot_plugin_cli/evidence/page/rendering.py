"""Makes the page of a release from its records: one file that needs nothing else, and runs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from biot_plugin_cli.terminal.plain_text import visible

__all__ = ["FILE_NAME", "render_page"]

FILE_NAME = "index.html"
"""The name of the page."""

_FOLDER = Path(__file__).parent / "templates"


def render_page(records: Mapping[str, Any], hashes: Mapping[str, str]) -> bytes:
    """Render the page.

    Args:
        records: The records, by their names.
        hashes: The SHA-256 of each file beside the page.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    values = {name.replace("-", "_").replace(".", "_"): record for name, record in records.items()}
    page = environment.get_template(FILE_NAME).render(
        {"replay": None, "differences": None, **values, "hashes": hashes, "names": _names(records["vulnerabilities"])}
    )
    return page.encode(errors="backslashreplace")


def _visible(value: Any) -> Any:
    """Show what is hidden in texts from elsewhere; what is no text, or was made safe already, stays."""
    return visible(value) if type(value) is str else value


def _names(vulnerabilities: Mapping[str, Any]) -> dict[str, str]:
    """Return the other ids of each vulnerability."""
    return {
        item["id"]: ", ".join(name for name in item["ids"] if name != item["id"]) for item in vulnerabilities["items"]
    }
