from __future__ import annotations

import pytest

from biot_plugin_cli.terminal.start.command_name import command_name


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("check", "--json"), "check"),
        (("--debug", "check"), "check"),
        (("image", "build"), "image"),
        (("--version", "check"), "--version"),
        (("", "check"), ""),
        (("--debug",), ""),
        ((), ""),
    ],
)
def test_the_first_that_may_be_a_command(words: tuple[str, ...], name: str) -> None:
    assert command_name(words) == name
