from __future__ import annotations

import pytest

from biot_plugin_cli.dependencies.locked_distribution import LockedDistribution, Origin, Wheel


def test_the_requirement_is_of_that_wheel_alone() -> None:
    indexed = LockedDistribution("thing", "1.0", Wheel("https://host/thing-1.0-py3-none-any.whl", "ab12"))
    direct = LockedDistribution("thing", "1.0", Wheel("file:///w/thing-1.0-py3-none-any.whl", "ab12", indexed=False))

    assert indexed.requirement == "thing==1.0 --hash=sha256:ab12"
    assert direct.requirement == "thing @ file:///w/thing-1.0-py3-none-any.whl#sha256=ab12"
    with pytest.raises(TypeError):
        _ = LockedDistribution("thing", None, Origin("/sources")).requirement
