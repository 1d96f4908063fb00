"""Says what came of `biot-plugin types`."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from biot_plugin_cli.terminal.console import err, out
from biot_plugin_cli.types.differences import Change
from biot_plugin_cli.types.run import Outcome

__all__ = ["change_lines", "outcome_document", "print_outcome"]

_MOST_LINES = 50


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    """Create the document of `--json`."""
    generated, options = outcome.generated, outcome.options
    return {
        "path": str(outcome.output),
        "current": outcome.is_current,
        "written": outcome.is_written,
        "saved": str(outcome.saved) if outcome.saved else None,
        "models": str(options.models),
        "from": options.source,
        "environment": options.environment,
        "digest": generated.header.digest,
        "templates": generated.templates,
        "classes": generated.classes,
        "changes": [
            {"template": change.template, "attribute": change.attribute, "old": change.old, "new": change.new}
            for change in outcome.changes
        ],
        "names": [{"of": of, "name": name} for of, name in generated.resolved],
        "unknown": [{"of": of, "attribute": name, "type": type} for of, name, type in generated.unknown],
    }


def print_outcome(outcome: Outcome) -> None:
    """Print the outcome for people: the module, what has changed in it, and the names that are not the platform's."""
    generated = outcome.generated
    for of, name, type in generated.unknown[:_MOST_LINES]:
        err.print(f"warning: {of}: {name} is of a type that is not known here, {type or 'none'}: it can be anything")
    for line in change_lines(outcome.changes):
        out.print(Text(line))
    for of, name in generated.resolved[:_MOST_LINES]:
        out.print(Text(f"{of} is called {name}", "cyan"))
    if len(generated.resolved) > _MOST_LINES:
        out.print(Text(f"... and {len(generated.resolved) - _MOST_LINES} more names: see --json", "cyan"))
    if outcome.saved:
        out.print(Text(f"Saved the templates to {outcome.saved}"))
    out.print(Text(_summary(outcome), "green" if outcome.is_current or outcome.is_written else "yellow"))


def change_lines(changes: tuple[Change, ...]) -> list[str]:
    """Return one line for each change, as many as can be read."""
    lines = [f"{change.template}: {change}" for change in changes[:_MOST_LINES]]
    return [*lines, f"... and {len(changes) - _MOST_LINES} more changes"] if len(changes) > _MOST_LINES else lines


def _summary(outcome: Outcome) -> str:
    counts = f"{_count(outcome.generated.classes, 'class', 'classes')} of "
    counts += _count(outcome.generated.templates, "template", "templates")
    if outcome.is_current:
        return f"{outcome.output} is up to date: {counts}"
    if outcome.is_written:
        return f"Wrote {outcome.output}: {counts}"
    return f"{outcome.output} is not up to date: run biot-plugin types -o {outcome.output}"


def _count(number: int, singular: str, plural: str) -> str:
    return f"{number} {singular if number == 1 else plural}"
