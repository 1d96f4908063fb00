"""The files of a new hook, rendered from the templates that are part of this installation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from biot_plugin_cli.additions.specification import Specification
from biot_plugin_cli.hooks.offered.call_shapes import CallShape, call_shape

__all__ = ["render_module", "render_test"]

_FOLDER = Path(__file__).parents[1] / "_templates" / "hook"
_LINE_LENGTH = 120


def render_module(specification: Specification, module: str) -> str:
    """Render the module of a hook.

    Args:
        specification: The hook.
        module: The name of the module.
    """
    return _render(f"hooks/{_file_name(specification)}.py.jinja", specification, module)


def render_test(specification: Specification, module: str) -> str:
    """Render the test of the module; the arguments are those of `render_module`."""
    return _render(f"tests/test_{_file_name(specification)}.py.jinja", specification, module)


def _file_name(specification: Specification) -> str:
    return specification.kind.replace("-", "_")


def _render(name: str, specification: Specification, module: str) -> str:
    from jinja2 import Environment, StrictUndefined

    # What is rendered is Python: nothing is escaped for HTML, and the strings are literals already.
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)  # noqa: S701
    template = environment.from_string((_FOLDER / name).read_text(encoding="utf-8"))
    return template.render(_values(specification, module))


def _values(specification: Specification, module: str) -> dict[str, Any]:
    shape = call_shape(specification.api_id) if specification.api_id else None
    response = {"page": "page", "entity": "entity"}.get(shape.response if shape else "", "log")
    return {
        "title": specification.title,
        "module": module,
        "function": _function(specification, shape, response),
        "decorator": "\n".join(_decorator(specification)),
        "api": json.dumps(specification.scoped_id),
        "sends_entity": shape is not None and shape.sends_entity,
        "response": response,
        "entity": specification.entity,
        "action": specification.action,
        "cron": specification.cron,
    }


def _function(specification: Specification, shape: CallShape | None, response: str) -> str:
    """Name the function by what its example does."""
    match specification.kind:
        case "pre-request":
            return "trim_texts" if shape and shape.sends_entity else "require_person"
        case "post-request":
            return "log_answer" if response == "log" else "hide_notes"
        case "adapt-entity":
            return "add_short_id"
        case "notification":
            return "log_changes" if specification.action == "_update" else "log_action"
        case "scheduled":
            return "run"
    return "report"


def _decorator(specification: Specification) -> list[str]:
    """Write the decorator of an API's hook as the formatter does."""
    arguments = [json.dumps(specification.api_id)]
    if specification.path_variables:
        arguments.append(f"path_variables={json.dumps(dict(specification.path_variables))}")
    head, inner = f"@plugin.{_file_name(specification)}(", ", ".join(arguments)
    if len(f"{head}{inner})") <= _LINE_LENGTH:
        return [f"{head}{inner})"]
    if len(inner) + 4 <= _LINE_LENGTH:
        return [head, f"    {inner}", ")"]
    return [head, *(f"    {argument}," for argument in arguments), ")"]
