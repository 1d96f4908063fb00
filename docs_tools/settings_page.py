"""The reference of `[tool.biot-plugin]`, made of what the commands check and what they take for granted."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from inspect import getdoc

from biot_plugin_cli.manifest.rules import allowed_values
from biot_plugin_cli.manifest.settings import Manifest

__all__ = ["settings_table"]

_ATTRIBUTE = re.compile(r"^    (\w+): (.*(?:\n        .*)*)", re.MULTILINE)
#: What has no attribute of the manifest: the tables of environments, and what they alone may have.
_OF_ENVIRONMENTS = {
    "env": "What is different in one of several environments, in `[tool.biot-plugin.env.NAME]`.",
    "base-url": "The address of the platform's API, in the table of an environment.",
    "production": "Whether the environment is one that no developer's machine may take part in, in its table.",
}


def settings_table() -> str:
    """Return a table of all settings in Markdown."""
    meanings = {name: " ".join(text.split()) for name, text in _ATTRIBUTE.findall(getdoc(Manifest) or "")}
    defaults = {field.name: _default(field.default) for field in fields(Manifest)}
    rows = [
        f"| `{key}` | {_OF_ENVIRONMENTS.get(key) or meanings[name]} | {allowed} | {defaults.get(name, '')} |"
        for key, allowed in allowed_values().items()
        for name in [key.replace("-", "_")]
    ]
    return "\n".join(["| setting | meaning | value | default |", "| --- | --- | --- | --- |", *rows])


def _default(value: object) -> str:
    if value is MISSING or value is None:
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
