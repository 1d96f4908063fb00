"""The platform's published description of organizations, devices and generic entities, to hold answers to."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import jsonschema_rs

from tests.emulator.conftest import SHARED

__all__ = ["DESCRIPTION", "check_answer", "refusals"]

DESCRIPTION = SHARED / "platform-api/wider/organization-2.4.2.json"
_CODE = re.compile(r"Code\s*:\s*(\w+),\s*Details:\s*\[([^\]]*)\]")


@cache
def _document() -> Any:
    return json.loads(DESCRIPTION.read_text(encoding="utf-8"))


@cache
def refusals() -> dict[str, set[tuple[int, str, str]]]:
    """By API id, the status, the code and the names of the details of what it may refuse."""
    return {
        f"{method.upper()}{path}": {
            (int(status), *found)
            for status, response in operation["responses"].items()
            for found in _CODE.findall(response.get("description", ""))
        }
        for path, methods in _document()["paths"].items()
        for method, operation in methods.items()
    }


def check_answer(api_id: str, status: int, body: Any) -> None:
    """Check that an answer is one that the description has, and in its schema; a null is as good as nothing.

    Nothing is checked where there is no description, or none of this API.
    """
    method, slash, path = api_id.partition("/")
    if not DESCRIPTION.exists() or slash + path not in _document()["paths"]:
        return
    responses = _document()["paths"][slash + path][method.lower()]["responses"]
    if status >= 300:
        return
    assert str(status) in responses, f"{api_id} answers {status}"
    if "application/json" in responses[str(status)].get("content", {}):
        _validator(api_id, status).validate(_without_nulls(body))


@cache
def _validator(api_id: str, status: int) -> Any:
    method, slash, path = api_id.partition("/")
    schema = _document()["paths"][slash + path][method.lower()]["responses"][str(status)]["content"]
    whole = {**schema["application/json"]["schema"], "components": _document()["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(part) for name, part in value.items() if part is not None}
    return [_without_nulls(part) for part in value] if isinstance(value, list) else value
