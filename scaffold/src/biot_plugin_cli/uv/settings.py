"""The settings of uv: those of a project, and those of the user that say where packages come from.

Everything else that a user configures for all projects, such as compilation or another resolution, is left out: it
would make another package on this machine than on others.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.terminal.toml_file import load_toml
from biot_plugin_cli.uv.workspace import Workspace, load_pyproject

__all__ = ["dump_settings", "package_sources", "project_settings", "settings_home", "user_sources"]

_Settings = Mapping[str, Any]

_LISTS = ("index", "extra-index-url", "find-links", "allow-insecure-host", "trusted-host")
_SCALARS = (
    *("index-url", "no-index", "keyring-provider", "native-tls", "system-certs", "offline", "cache-dir", "no-cache"),
    *("concurrent-downloads", "http-proxy", "https-proxy", "no-proxy"),
)


def project_settings(workspace: Workspace) -> tuple[Path, _Settings]:
    """Return the settings that uv reads for all projects of a workspace, and the folder that paths in them start at.

    They are those of the nearest `uv.toml`, or of `[tool.uv]` in the pyproject.toml next to it.

    Raises:
        InvalidPlugin: A pyproject.toml cannot be read.
        OperationFailed: A uv.toml cannot be read.
    """
    for folder in (workspace.root, *workspace.root.parents):
        if (file := folder / "uv.toml").is_file():
            return folder, _load(file)
        if (folder / "pyproject.toml").is_file() and (uv := load_pyproject(folder).get("tool", {}).get("uv")):
            return folder, uv
    return workspace.root, {}


def package_sources(workspace: Workspace, project: Path) -> dict[str, Any]:
    """Return the settings of a project and of its user that say where packages come from.

    Args:
        workspace: The workspace of the project.
        project: The folder of the project, whose own indexes count too if it is a member of a workspace.

    Raises:
        InvalidPlugin: A pyproject.toml cannot be read.
        OperationFailed: A uv.toml cannot be read.
    """
    own = load_pyproject(project).get("tool", {}).get("uv", {})
    # Only what the lock file lists is installed, so an index for certain packages may serve all.
    tables = [_sources(*project_settings(workspace)), _sources(project, {"index": own.get("index", [])})]
    merged = _merge([*tables, user_sources()])
    merged["index"] = [{key: index[key] for key in index if key != "explicit"} for index in merged.get("index", [])]
    return {key: value for key, value in merged.items() if value != []}


def user_sources() -> dict[str, Any]:
    """Return the settings of the user and the system that say where packages come from.

    Raises:
        OperationFailed: A uv.toml cannot be read.
    """
    return _merge([_sources(file.parent, _load(file)) for file in _user_files()])


def settings_home(folder: Path) -> dict[str, str]:
    """Create a home of settings in which uv finds only what `user_sources` returns.

    Args:
        folder: An empty folder.

    Returns:
        The environment variables that make uv use it.

    Raises:
        OperationFailed: A uv.toml cannot be read.
    """
    home = folder / "settings"
    (home / "uv").mkdir(parents=True)
    (home / "uv" / "uv.toml").write_text(dump_settings(user_sources()), encoding="utf-8")
    # Git and keyrings, which uv runs, have their settings there too.
    with os.scandir(_config_home()) if _config_home().is_dir() else os.scandir(home) as others:
        for other in others:
            if other.name != "uv":
                (home / other.name).symlink_to(other.path)
    return {"XDG_CONFIG_HOME": str(home), "XDG_CONFIG_DIRS": str(home), "UV_NO_SYSTEM_CONFIG": "1"}


def dump_settings(settings: _Settings) -> str:
    """Write settings in the format of uv.toml."""
    return "".join(f"{key} = {_dump(value)}\n" for key, value in settings.items())


def _dump(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)} = {_dump(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_dump, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _sources(folder: Path, settings: _Settings) -> dict[str, Any]:
    """Select what says where packages come from, with absolute paths; `[pip]` has the same for `uv pip`."""
    return _merge([_select(folder, settings), _select(folder, settings.get("pip", {}))])


def _select(folder: Path, settings: _Settings) -> dict[str, Any]:
    found = {key: settings[key] for key in (*_SCALARS, *_LISTS) if key in settings}
    if "find-links" in found:
        found["find-links"] = [_absolute(folder, location) for location in found["find-links"]]
    if "index" in found:
        found["index"] = [{**index, "url": _absolute(folder, index.get("url", ""))} for index in found["index"]]
    return found


def _absolute(folder: Path, location: str) -> str:
    return location if "://" in location else str(folder / location)


def _merge(tables: list[dict[str, Any]]) -> dict[str, Any]:
    """Merge settings, of which the first takes precedence."""
    merged: dict[str, Any] = {}
    for table in tables:
        for key, value in table.items():
            if key == "index":
                merged[key] = list(_distinct([*merged.get(key, []), *value]))
            elif key in _LISTS:
                merged[key] = [*merged.get(key, []), *(item for item in value if item not in merged.get(key, []))]
            else:
                merged.setdefault(key, value)
    return merged


def _distinct(indexes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Drop an index whose name was there before, and a second default: uv refuses them in one file."""
    names, default = set(), False
    for index in indexes:
        name = index.get("name", index["url"])
        if name in names or (index.get("default") and default):
            continue
        names.add(name)
        default = default or bool(index.get("default"))
        yield index


def _user_files() -> Iterator[Path]:
    if os.environ.get("UV_NO_CONFIG", "").lower() in ("1", "true", "yes", "on"):
        return
    if explicit := os.environ.get("UV_CONFIG_FILE"):
        yield Path(explicit)
        return
    folders = [_config_home(), *map(Path, filter(None, os.environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":")))]
    files = [folder / "uv" / "uv.toml" for folder in folders] + [Path("/etc/uv/uv.toml")]
    yield from (file for file in files if file.is_file())


def _config_home() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path("~/.config").expanduser())


def _load(file: Path) -> _Settings:
    try:
        return load_toml(file)
    except (OSError, ValueError) as error:
        raise OperationFailed(f"Cannot read {file} ({error}): make it a valid uv.toml") from error
