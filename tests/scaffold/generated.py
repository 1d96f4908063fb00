"""Modules of types, made of ten templates of an emulator, or of what somebody might call an attribute."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from biot_emulator.testing import running
from biot_plugin_cli.types.generation import Generated, generate
from biot_plugin_cli.types.module_text import ModuleText
from biot_plugin_cli.types.options import ModelKind, Options
from biot_plugin_cli.types.templates.documents import Document, read_documents
from tests.emulators import quick_emulators
from tests.scaffold.templates_of_all_kinds import create_ten

KINDS = [*ModelKind]
_numbers = itertools.count()


@cache
def ten_templates() -> list[dict[str, Any]]:
    """The templates of a platform as it answers them: the ten, and those that it begins with."""
    with quick_emulators(), running() as emulator:
        create_ten(emulator)
        return emulator.search("/settings/v1/templates", {"limit": 100})


def documents(folder: Path, templates: object) -> list[Document]:
    """What is read of a file with these templates."""
    import json

    file = folder / f"templates{next(_numbers)}.json"
    file.write_text(json.dumps(templates), encoding="utf-8")
    return read_documents(file)


def written(templates: Iterable[Document], kind: ModelKind = KINDS[0], previous: ModuleText | None = None) -> Generated:
    return generate(templates, Options(kind, "templates.json"), previous)


def load(text: str, folder: Path) -> ModuleType:
    """Import the text of a module."""
    name = f"generated_types_{next(_numbers)}"
    file = folder / f"{name}.py"
    file.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def template(
    name: str, *attributes: dict[str, Any], entity_type: str = "generic-entity", **more: Any
) -> dict[str, Any]:
    """A template, as little of it as there can be."""
    document = {"id": f"{entity_type}/{name}", "name": name, "displayName": name, "entityTypeName": entity_type}
    return {**document, "customAttributes": [*attributes], **more}


def attribute(name: str, type: str = "LABEL", **more: Any) -> dict[str, Any]:
    """An attribute of a template."""
    return {"name": name, "type": type, "displayName": name, **more}


def selectable(*names: Any) -> dict[str, Any]:
    return {"selectableValues": [{"name": name, "displayName": name} for name in names]}
