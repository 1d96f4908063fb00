"""Markers by what they mean, and by their texts where that would take for ever."""

from __future__ import annotations

import pytest
from packaging.specifiers import SpecifierSet

from biot_plugin_cli.uv.markers import parse_condition, same_conditions

PYTHON = SpecifierSet(">=3.11")
VARIABLES = ["platform_machine", "platform_release", "platform_version", "extra", "os_name", "implementation_name"]


def huge(last: str) -> str:
    """A marker that can turn out in more ways than there are atoms in a patient."""
    values = [f"{name} == 'v{number}'" for name in VARIABLES for number in range(200)]
    return " or ".join([*values, f"os_name == '{last}'"])


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("os_name == 'nt'", "sys_platform == 'win32'", True),
        ("os_name == 'nt'", "os_name == 'posix'", False),
        (huge("a"), huge("a"), True),
        (huge("a"), huge("b"), False),
        (f"python_version in '{'3.12 ' * 20_000}'", "python_version == '3.12'", True),
    ],
    ids=range(5),
)
def test_whether_markers_are_the_same(first: str, second: str, same: bool) -> None:
    assert same_conditions([parse_condition(first)], [parse_condition(second)], PYTHON) is same


def test_a_version_that_is_none_is_a_value_error() -> None:
    condition = parse_condition(f"python_version < '{'9' * 100_000}'")
    with pytest.raises(ValueError, match="digits"):
        same_conditions([condition], [parse_condition("python_version < '3.12'")], PYTHON)
