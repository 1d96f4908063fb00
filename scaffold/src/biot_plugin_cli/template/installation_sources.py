"""Where this program was installed from, so that new plugins install the framework from the same place.

Installers record it in `direct_url.json` (PEP 610), except for a package index.
"""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

__all__ = ["installation_sources"]


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
        return {}
    origin = json.loads(record)
    url: str = origin["url"]
    if version_control := origin.get("vcs_info"):
        return {"git": url, "rev": version_control["commit_id"]}
    if not url.startswith("file:"):
        return {}
    path = Path(url2pathname(urlsplit(url).path))
    if "dir_info" in origin:
        return {"path": str(path.parent)} if (path.parent / "framework" / "pyproject.toml").is_file() else {}
    return {"find-links": str(path.parent)} if path.suffix == ".whl" else {}
