"""Where this installation came from, so that the plugins it makes find the same distributions.

Installers leave a record of it beside a distribution (PEP 610) unless it came from a package index.
"""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

__all__ = ["installation_sources"]


def installation_sources(record: str | None = None) -> dict[str, str]:
    """Tell where plugins should take the project's distributions from.

    Args:
        record: A PEP 610 record; that of the installed `biot-plugin-cli` when None.

    Returns:
        `{"path": checkout}`, `{"git": url, "rev": commit}`, `{"find-links": folder of wheels}`, or nothing when
        they come from a package index.
    """
    record = record or metadata.distribution("biot-plugin-cli").read_text("direct_url.json")
    if not record:
        return {}
    origin = json.loads(record)
    url: str = origin["url"]
    if version_control := origin.get("vcs_info"):
        return {"git": url, "rev": version_control["commit_id"]}
    if not url.startswith("file:"):
        return {}
    place = Path(url2pathname(urlsplit(url).path))
    if "dir_info" in origin:
        return {"path": str(place.parent)} if (place.parent / "framework" / "pyproject.toml").is_file() else {}
    return {"find-links": str(place.parent)} if place.suffix == ".whl" else {}
