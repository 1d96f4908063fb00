"""The reference of `[tool.biot-plugin]`, made of what its members are declared to be."""

from __future__ import annotations

from biot_plugin_cli.manifest.members.plugin import SETTINGS

__all__ = ["settings_table"]


def settings_table() -> str:
    """Return a table of all settings in Markdown."""
    rows = [
        f"| `{key}` | {setting.meaning} | {setting.value.words} | {_default(setting.default)} |"
        for key, setting in SETTINGS.items()
    ]
    return "\n".join(["| setting | meaning | value | default |", "| --- | --- | --- | --- |", *rows])


def _default(value: object) -> str:
    if value is None:
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
