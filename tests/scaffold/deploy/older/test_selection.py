"""Options of a rollback that contradict each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.deploy.older.selection import RollbackChoice
from biot_plugin_cli.errors import UsageError


def test_a_package_in_a_file_is_built_by_nothing() -> None:
    with pytest.raises(UsageError, match="--package builds nothing"):
        RollbackChoice(package=Path("demo.zip"), builder="docker").require_one()
