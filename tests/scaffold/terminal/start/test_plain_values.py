"""Values are what typer alone makes of them, and refused in its words."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.main import get_command

from biot_plugin_cli.terminal.start.plain_values import command_of


class Colour(str, Enum):
    RED = "red"
    BLUE = "blue"


def _parse(text: str) -> str:
    return f"<{text}>"


def _app(seen: list[dict[str, Any]]) -> typer.Typer:
    app = typer.Typer(rich_markup_mode=None)

    @app.callback()
    def options(debug: Annotated[bool, typer.Option("--debug")] = False) -> None:
        seen.append({"debug": debug})

    @app.command()
    def run(
        files: Annotated[list[Path] | None, typer.Argument()] = None,
        text: str = "x",
        maybe: Annotated[str | None, typer.Option()] = None,
        number: Annotated[int, typer.Option(min=0, max=9)] = 1,
        ratio: float = 0.5,
        colour: Colour = Colour.RED,
        names: Annotated[list[str] | None, typer.Option("--name")] = None,
        existing: Annotated[Path | None, typer.Option(exists=True)] = None,
        parsed: Annotated[str, typer.Option(parser=_parse)] = "p",
        flag: bool = False,
    ) -> None:
        seen.append(dict(locals()))

    return app


def _outcome(make: Callable[[typer.Typer], Any], arguments: list[str]) -> tuple[str, list[str]]:
    seen: list[dict[str, Any]] = []
    try:
        make(_app(seen))(args=arguments, prog_name="x", standalone_mode=False)
    except typer.TyperException as error:
        return error.format_message(), []
    return "", [f"{name}={value!r}" for values in seen for name, value in values.items() if name != "seen"]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["a", "b/c", "-"],
        ["--text", "", "--maybe", "é"],
        ["--number", "9"],
        ["--number", "10"],
        ["--number", "-1"],
        ["--number", "1.0"],
        ["--number", " 5"],
        ["--number", "5_0"],
        ["--number", "x"],
        ["--number", "\u0665"],
        ["--number", "1" * 30],
        ["--ratio", "1e3"],
        ["--colour", "blue"],
        ["--colour", "BLUE"],
        ["--colour", "green"],
        ["--name", "a", "--name", "b"],
        ["--existing", "no-such-file"],
        ["--existing", "/"],
        ["--parsed", "q"],
        ["--flag"],
        ["--no-flag"],
        ["--unknown"],
    ],
    ids=" ".join,
)
def test_values_and_refusals_are_those_of_typer(arguments: list[str]) -> None:
    assert _outcome(command_of, ["run", *arguments]) == _outcome(get_command, ["run", *arguments])


def test_the_library_that_validates_is_not_loaded(in_process: Callable[[str], str], tmp_path: Path) -> None:
    words = ["biot-plugin", "schema", "--pyproject", "--also", "https://x.example", "-o", str(tmp_path / "x.json")]
    code = f"""
import sys
from biot_plugin_cli.main import main
sys.argv = {words!r}
try:
    main()
except SystemExit as end:
    print(end.code, "pydantic" in sys.modules)
"""
    assert in_process(code).split() == ["0", "False"]
