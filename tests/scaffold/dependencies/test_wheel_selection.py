from __future__ import annotations

import pytest

from biot_plugin_cli.dependencies.wheel_selection import best_wheel
from biot_plugin_cli.plugin.package_target import Target
from tests.scaffold.packages import PYTHON, THIS

MINOR = int(PYTHON.partition(".")[2])
TARGET = Target(THIS)


@pytest.mark.parametrize(
    ("runtime", "platform", "supported"),
    [
        ("python3.10", "manylinux2014_x86_64", True),
        ("python3.11", "manylinux_2_17_x86_64", True),
        ("python3.11", "manylinux_2_28_x86_64", False),
        ("python3.12", "manylinux_2_28_x86_64", True),
        ("python3.13", "manylinux_2_34_x86_64", True),
        ("python3.13", "manylinux_2_35_x86_64", False),
        ("python3.13", "manylinux_2_28_aarch64", False),
        ("python3.13", "musllinux_1_2_x86_64", False),
        ("python3.14", "manylinux1_x86_64", True),
        ("python3.14", "any", True),
        ("python3.14", "macosx_11_0_arm64", False),
    ],
)
def test_the_systems_of_the_runtimes(runtime: str, platform: str, supported: bool) -> None:
    wheel = best_wheel([f"https://host/a%2Bb/thing-1.0-py3-none-{platform}.whl"], Target(runtime))

    assert (wheel is not None) == supported


def test_the_best_wheel() -> None:
    number = f"cp3{MINOR}"
    wheels = [
        f"thing-1.0-{number}-{number}-manylinux2014_x86_64.whl",
        "thing-1.0-py3-none-any.whl",
        "thing-1.0-1-cp38-abi3-manylinux2014_x86_64.whl",
        "thing-1.0-cp38-abi3-manylinux2014_x86_64.whl",
        f"thing-1.0-{number}-{number}t-manylinux2014_x86_64.whl",
        f"thing-1.0-cp3{MINOR + 1}-abi3-manylinux2014_x86_64.whl",
        "thing-1.0.tar.gz",
        "nonsense.whl",
    ]

    chosen = []
    while (best := best_wheel(wheels, TARGET)) is not None:
        chosen.append(wheels.index(best))
        wheels[wheels.index(best)] = "taken"

    assert chosen == [0, 2, 3, 1]
