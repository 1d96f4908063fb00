"""Where this program was installed from, so that new plugins install the framework from the same place.

Installers record it in `direct_url.json` (PEP 610), except for a package index and for what `--find-links` names, of
which `uv tool install` has a record of its own.
"""

from __future__ import annotations

import json
import sys
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import tomllib

__all__ = ["installation_sources"]

_RECEIPT = "uv-receipt.toml"


def installation_sources(record: str | None = None) -> dict[str, str]:
    """Return where plugins should install this project's distributions from.

    Args:
        record: The content of a `direct_url.json`; that of the installed `biot-plugin-cli` when None.

    Returns:
        `{"path": checkout}`, `{"git": url, "rev": commit}`, `{"find-links": folder of wheels}`, or an empty dict for a
        package index.
    """
    record = record or metadata.distribution("biot-plugin-cli").read_text("direct_url.json")
    if not record:
        return _tool_sources(Path(sys.prefix) / _RECEIPT)
    origin = json.loads(record)
    url: str = origin["url"]
    if version_control := origin.get("vcs_info"):
        return {"git": url, "rev": version_control["commit_id"]}
    if not url.startswith("file:"):
        return {}
    path = _path(url)
    if "dir_info" in origin:
        return {"path": str(path.parent)} if (path.parent / "framework" / "pyproject.toml").is_file() else {}
    return {"find-links": str(path.parent)} if path.suffix == ".whl" else {}


def _tool_sources(receipt: Path) -> dict[str, str]:
    """Return the folder of wheels that `uv tool install --find-links` named; an empty dict for a package index."""
    try:
        options = tomllib.loads(receipt.read_text(encoding="utf-8"))["tool"].get("options", {})
        folders = [_path(place) for place in options.get("find-links", ()) if place.startswith(("/", "file:"))]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return next(({"find-links": str(folder)} for folder in folders if any(folder.glob("biot_plugin_cli-*.whl"))), {})


def _path(place: str) -> Path:
    return Path(url2pathname(urlsplit(place).path)) if place.startswith("file:") else Path(place)
