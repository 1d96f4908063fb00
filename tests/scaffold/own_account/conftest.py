"""Plugins in one's own account."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scaffold.moto_account import MotoAccount
from tests.scaffold.own_account.quick import QuickPlugin, quick_plugin


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, aws: MotoAccount) -> QuickPlugin:
    """A plugin that is deployed quickly to an empty account."""
    return quick_plugin(tmp_path / "own", monkeypatch)
