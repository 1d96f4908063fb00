"""What a plugin declares, of which somebody may have written anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.dependencies.errors import DependencyError
from biot_plugin_cli.dependencies.pyproject import Project


@pytest.mark.parametrize(
    "text",
    [
        f"a>={'9' * 1_000_000}",
        "(" * 1_000_000,
        "a; " + "(" * 1_000_000,
        "a" + "[a," * 300_000,
        "a>=1," * 200_000,
        "a-" * 500_000,
        '"' * 1_000_000,
    ],
    ids=range(7),
)
def test_a_requirement_that_is_none_is_a_mistake(text: str) -> None:
    project = Project.of(Path(), {"project": {"dependencies": [text]}})
    with pytest.raises(DependencyError, match="Invalid dependency"):
        project.check_requirements()
