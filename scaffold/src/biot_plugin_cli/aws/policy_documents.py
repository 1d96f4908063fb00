"""The policies of the execution role: the JSON files in `policies/`, with the names of one plugin in them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["execution_policy", "trust_policy"]

_FOLDER = Path(__file__).with_name("policies")
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


def trust_policy() -> dict[str, Any]:
    """Return who may assume the role: Lambda."""
    document: dict[str, Any] = json.loads(_read("trust"))
    return document


def execution_policy(resources: Mapping[str, str | None]) -> dict[str, Any]:
    """Return what the role may do; a statement about a resource that the plugin does not have is left out.

    Args:
        resources: The ARNs of `log_group`, `secret`, `key` and `vpc`; None for what it does not have.
    """
    document: dict[str, Any] = json.loads(_read("execution"))
    statements = [_fill(statement, resources) for statement in document["Statement"]]
    return {**document, "Statement": [statement for statement in statements if statement]}


def _fill(statement: Mapping[str, Any], resources: Mapping[str, str | None]) -> dict[str, Any] | None:
    placeholder = _PLACEHOLDER.search(statement["Resource"])
    if placeholder is None:
        return dict(statement)
    arn = resources.get(placeholder[1])
    if arn is None:
        return None
    return {**statement, "Resource": statement["Resource"].replace(placeholder[0], arn)}


def _read(name: str) -> str:
    return _FOLDER.joinpath(f"{name}.json").read_text(encoding="utf-8")
