"""The plugin's own description: `[tool.biot-plugin]` in its pyproject.toml, read and checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, Self

import tomllib

from biot_plugin_cli._errors import InvalidPlugin
from biot_plugin_cli._interpreters import RUNTIMES

__all__ = ["Manifest"]

_MAX_ENVIRONMENT_BYTES = 4096
_CORS_LISTS = ("allow-origins", "allow-methods", "allow-headers", "expose-headers")
_CORS_METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD", "PATCH")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a plugin says about itself; the limits and defaults are those of contract section 6.3.

    Attributes:
        root: The folder of the plugin's pyproject.toml.
        name: The plugin's name on the platform, without the prefix that the platform adds.
        display_name: The name that people see.
        version: The plugin's version, 1 to 32767.
        runtime: The Lambda runtime, such as `python3.13`.
        handler: Module and attribute of the entry point.
        timeout: Seconds that one event may take.
        memory_size: Megabytes of memory.
        ephemeral_storage: Megabytes under /tmp.
        environment: The plugin's environment variables.
        cors: The cross-origin lists of the plugin's public address, as written.
        analytics_db_access: Whether the plugin may reach the analytics database.
        package: How the plugin is deployed.
        interception_order: The order of all interceptions that name none, or None.
        environments: The tables `[tool.biot-plugin.env.NAME]`, as written.
    """

    root: Path
    name: str
    display_name: str
    version: int
    runtime: str
    handler: str = "index.handler"
    timeout: int = 60
    memory_size: int = 128
    ephemeral_storage: int = 512
    environment: Mapping[str, str] = field(default_factory=dict)
    cors: Mapping[str, list[str]] = field(default_factory=dict)
    analytics_db_access: bool = False
    package: Literal["zip", "image"] = "zip"
    interception_order: int | None = None
    environments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def load(cls, start: Path | None = None) -> Self:
        """Read the manifest of the plugin that a folder belongs to.

        Args:
            start: Where to look first, then in its parents; the current folder when None.

        Raises:
            InvalidPlugin: There is no plugin, or its manifest is wrong.
        """
        folder = (start or Path.cwd()).resolve()
        for root in (folder, *folder.parents):
            table = _table(root / "pyproject.toml")
            if table is not None:
                return cls(root=root, **_checked(table, root / "pyproject.toml"))
        raise InvalidPlugin(
            f"Neither {folder} nor a folder above it has a pyproject.toml with [tool.biot-plugin]: "
            "run this inside a plugin's repository, or make one with new-plugin"
        )


def _table(file: Path) -> object | None:
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise InvalidPlugin(f"{file} cannot be read: {error}") from error
    tool = document.get("tool", {})
    return tool.get("biot-plugin") if isinstance(tool, dict) else None


def _checked(table: object, file: Path) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise InvalidPlugin(f"{file}: tool.biot-plugin must be a table, [tool.biot-plugin]")
    if unknown := [key for key in table if key not in _ALLOWED]:
        raise InvalidPlugin(
            f"{file}: [tool.biot-plugin] has the unknown key {unknown[0]!r}; the keys are {', '.join(sorted(_ALLOWED))}"
        )
    required = [item.name.replace("_", "-") for item in fields(Manifest)[1:5]]
    if missing := [key for key in required if key not in table]:
        raise InvalidPlugin(f"{file}: [tool.biot-plugin] lacks {missing[0]!r}, which must be {_ALLOWED[missing[0]][0]}")
    for key, value in table.items():
        allowed, fits = _ALLOWED[key]
        if not fits(value):
            raise InvalidPlugin(f"{file}: {key!r} of [tool.biot-plugin] must be {allowed}, not {value!r}")
    return {"environments" if key == "env" else key.replace("-", "_"): value for key, value in table.items()}


def _text(longest: int, pattern: str = r"(?s:.+)") -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and len(value) <= longest and bool(re.fullmatch(pattern, value))


def _whole(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= most


def _is_environment(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and all(key and not key.startswith("BIOT_") and isinstance(text, str) and text for key, text in value.items())
        and sum(len(key.encode()) + len(text.encode()) for key, text in value.items()) <= _MAX_ENVIRONMENT_BYTES
    )


def _is_cors(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and all(key in _CORS_LISTS and isinstance(items, list) for key, items in value.items())
        and all(isinstance(item, str) for items in value.values() for item in items)
        and all(method in _CORS_METHODS for method in value.get("allow-methods", ()))
    )


def _is_tables(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(table, dict) for table in value.values())


_ALLOWED: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "name": ("1 to 57 letters, digits, '-' and '_'", _text(57, r"[a-zA-Z0-9_-]+")),
    "display-name": ("a text of 1 to 255 characters", _text(255)),
    "version": ("a whole number from 1 to 32767", _whole(1, 32767)),
    "runtime": (f"one of {', '.join(RUNTIMES)}", lambda value: value in RUNTIMES),
    "handler": ("a module and an attribute such as 'index.handler'", _text(1024, r"[^\W\d]\w*([./][^\W\d]\w*)+")),
    "timeout": ("a whole number of seconds from 1 to 900", _whole(1, 900)),
    "memory-size": ("a whole number of megabytes from 128 to 10240", _whole(128, 10240)),
    "ephemeral-storage": ("a whole number of megabytes from 512 to 10240", _whole(512, 10240)),
    "environment": (
        "a table of texts, none empty, no name starting with 'BIOT_', 4096 bytes in all",
        _is_environment,
    ),
    "cors": (
        f"a table of lists of texts named {', '.join(_CORS_LISTS)}, the methods among {', '.join(_CORS_METHODS)}",
        _is_cors,
    ),
    "analytics-db-access": ("true or false", lambda value: isinstance(value, bool)),
    "package": ("'zip' or 'image'", lambda value: value in ("zip", "image")),
    "interception-order": ("a whole number, 1 or more", _whole(1, 2**31 - 1)),
    "env": ("tables, [tool.biot-plugin.env.NAME]", _is_tables),
}
