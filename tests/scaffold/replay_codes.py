"""Codes that run without having been packaged, and events for them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from biot_plugin_cli.answers.file import Answers
from biot_plugin_cli.answers.rule import parse_rules
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.replay.case import Case
from biot_plugin_cli.replay.codes.pair import Pair
from biot_plugin_cli.replay.codes.runnable import RunnableCode
from tests.scaffold.plugins import MANIFEST

AT = datetime(2020, 2, 3, 4, 5, 6, 789_012, tzinfo=timezone.utc)


def runnable(folder: Path, name: str, index: str, *, timeout: int = 10, **files: str) -> RunnableCode:
    root = folder / name
    root.mkdir(parents=True)
    (root / "pyproject.toml").write_text(MANIFEST.replace("timeout = 10", f"timeout = {timeout}"), encoding="utf-8")
    for module, text in {"index": index, **files}.items():
        (root / f"{module}.py").write_text(text, encoding="utf-8")
    return RunnableCode(f"the {name} code", name, None, Plugin.load(root), Path(sys.executable))


def pair_of(folder: Path, old: str, new: str, **more: Any) -> Pair:
    return Pair(runnable(folder, "old", old, **more), runnable(folder, "new", new, **more))


def case(position: int, answers: Mapping[str, Any] | None = None, **event: Any) -> Case:
    rules = tuple(
        (Path("answers"), rule) for key, value in (answers or {}).items() for rule in parse_rules(key, value, Path())
    )
    return Case(position, f"e-{position}", f"events:{position}", event, Answers((), rules), AT)
