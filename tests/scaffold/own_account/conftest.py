"""Plugins in one's own account."""

from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.aws import waiting
from tests.scaffold.moto_account import MotoAccount, use_account
from tests.scaffold.own_account.memory_account import MemoryAccount, stand_in
from tests.scaffold.own_account.quick import QuickPlugin, quick_plugin

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, aws: MotoAccount) -> QuickPlugin:
    """A plugin that is deployed quickly to an empty account."""
    return quick_plugin(tmp_path / "own", monkeypatch, stand_in() if isinstance(aws, MemoryAccount) else None)


@pytest.fixture
def memory_aws(monkeypatch: pytest.MonkeyPatch) -> MemoryAccount:
    """An empty account in this process, which answers in a tenth of the time; nothing that is started can call it."""
    use_account(monkeypatch, NOWHERE)
    # A function has only images that are in a repository, and their digests.
    monkeypatch.setenv("MOTO_LAMBDA_STUB_ECR", "false")
    monkeypatch.setattr(waiting, "PAUSE", 0.001)
    account = MemoryAccount()
    account.reset()
    return account
