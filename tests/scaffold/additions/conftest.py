"""A repository like those that `new-plugin` creates, without git and in no time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scaffold.plugins import MANIFEST

INDEX = '''\
"""The plugin's entry point: AWS Lambda calls `index.handler`."""

from __future__ import annotations

from hooks import first, plugin

__all__ = ["first", "handler"]

handler = plugin.handler
'''
FIRST = """\
from hooks import plugin

API = "POST/organization/v1/users/patients"


@plugin.pre_request(API, order=5)
def first(event): ...
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "plugin"
    for name, text in (
        ("pyproject.toml", MANIFEST),
        ("index.py", INDEX),
        ("hooks/__init__.py", "from biot_plugin import Plugin\n\nplugin = Plugin()\n"),
        ("hooks/first.py", FIRST),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder
