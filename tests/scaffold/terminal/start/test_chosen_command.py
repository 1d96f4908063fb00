from __future__ import annotations

import pytest
from typer.main import get_command

from biot_plugin_cli.main import app
from biot_plugin_cli.new_plugin import app as single
from biot_plugin_cli.terminal.start.chosen_command import with_chosen_command


def _commands(*arguments: str) -> set[str]:
    return {*get_command(with_chosen_command(app, arguments)).commands}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "words", [("check", "--json"), ("--debug", "check"), ("list",), ("image", "build"), ("secret",)]
)
def test_the_named_command_alone_is_made(words: tuple[str, ...]) -> None:
    assert _commands(*words) == {next(word for word in words if word != "--debug")}


@pytest.mark.parametrize("words", [(), ("--help",), ("chek",), ("--version", "check"), ("",), ("list_plugins",)])
def test_where_none_is_named_all_are_made(words: tuple[str, ...]) -> None:
    assert {"check", "image", "deploy", "list"} <= _commands(*words)


def test_the_application_itself_is_unchanged() -> None:
    before = len(app.registered_commands)
    with_chosen_command(app, ["check"])
    assert len(app.registered_commands) == before


def test_a_program_of_one_command_is_as_it_is() -> None:
    assert with_chosen_command(single, ["new-plugin"]) is single
