from __future__ import annotations

import pytest

from biot_emulator.learning.names import ProbeNames, run_of_plugin, run_of_template


def test_the_names_of_a_run_are_recognised_and_short_enough() -> None:
    names = ProbeNames.new()
    assert {run_of_plugin(name) for name in names.plugins} == {names.run}
    assert {run_of_plugin(f"Plugin-{name}") for name in names.plugins} == {names.run}
    assert {run_of_template(name) for name in names.templates} == {names.run}
    assert all(len(name) <= 57 for name in names.plugins)
    assert all(len(name) <= 36 for name in names.templates)
    # The longest that a probe is asked for by.
    assert len(f"{names.entity_prefix}adapt-gateway") <= 32
    assert ProbeNames.new() != names


@pytest.mark.parametrize(
    "name",
    ["", None, 7, "demo", "biot-emulator-probe-", "biot-emulator-probe-0123456x-1", "biot-emulator-probe-01234567-4",
     "my-biot-emulator-probe-01234567-1", "biot-emulator-probe-01234567-1-mine", "biot-emulator-probe-01234567-1 "],
)  # fmt: skip
def test_what_only_looks_like_a_probe_is_somebody_elses(name: object) -> None:
    assert run_of_plugin(name) is None
    assert run_of_template(str(name).replace("biot-emulator-probe-", "biotEmulatorProbe_").replace("-", "_")) is None
