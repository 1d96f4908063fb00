"""What the shell completes: names and files that the plugin's folder has, without a look at any platform."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

__all__ = ["complete_environments", "complete_events", "complete_plugins"]

_EVENTS = "events"


def complete_environments(incomplete: str) -> list[str]:
    """Complete the name of one of the plugin's environments."""
    from biot_plugin_cli.plugin.repository import Plugin

    return _beginning(incomplete, lambda: [*Plugin.read().manifest.environments])


def complete_plugins(incomplete: str) -> list[str]:
    """Complete the name of the plugin in this folder; to list those of a platform would need a log-in."""
    from biot_plugin_cli.plugin.repository import Plugin

    return _beginning(incomplete, lambda: [Plugin.read().manifest.name])


def complete_events(incomplete: str) -> list[str]:
    """Complete the path of an event: those in the folder `events` first, then what the shell would complete."""
    typed = Path(incomplete)
    folder = typed if incomplete.endswith("/") else typed.parent

    def paths() -> list[str]:
        events = [str(file) for file in sorted(Path(_EVENTS).glob("*.json"))]
        here = [f"{path}/" if path.is_dir() else str(path) for path in sorted(folder.iterdir()) if _may_be(path)]
        return list(dict.fromkeys(events + here))

    return _beginning(incomplete, paths)


def _may_be(path: Path) -> bool:
    return not path.name.startswith(".") and (path.is_dir() or path.suffix == ".json")


def _beginning(incomplete: str, values: Callable[[], list[str]]) -> list[str]:
    """Return the values that begin so; none where they cannot be read, as nobody could see why."""
    try:
        return [value for value in values() if value.startswith(incomplete)]
    except Exception:
        return []
