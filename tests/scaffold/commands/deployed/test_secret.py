"""Mistakes in the command line of `biot-plugin secret`."""

from __future__ import annotations

import pytest

from tests.scaffold.support import Program


@pytest.mark.parametrize("arguments", [["DB", "hunter2"], ["DB=hunter2"], ["DB", "a", "hunter2"]])
def test_a_value_as_an_argument_is_refused_and_not_shown(biot_plugin: Program, arguments: list[str]) -> None:
    for more in ([], ["--json"]):
        done = biot_plugin("secret", "set", *arguments, *more)
        assert done.exit_code == 2
        assert "The value is never an argument" in done.err
        assert "hunter2" not in done.err + done.out


@pytest.mark.parametrize("group", ["secret", "image"])
def test_a_missing_subcommand_is_one_sentence(biot_plugin: Program, group: str) -> None:
    done = biot_plugin(group)
    assert (done.exit_code, done.err) == (2, "error: Missing command: see biot-plugin --help\n")
