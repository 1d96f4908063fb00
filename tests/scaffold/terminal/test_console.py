"""What comes from elsewhere, as people see it."""

from __future__ import annotations

import io
import json
import re
from unittest.mock import Mock

import pytest
import typer
from hypothesis import given, strategies as st
from rich.table import Table
from rich.text import Text

from biot_plugin_cli.errors import PlatformRefused
from biot_plugin_cli.terminal import app as terminal_app
from biot_plugin_cli.terminal.console import err, is_plain, out, print_all, print_highlighted, print_json, print_parts
from biot_plugin_cli.terminal.plain_text import is_visible, one_line, one_sentence, visible, visible_lines
from biot_plugin_cli.terminal.start.visible_text import new_console

HOSTILE = {
    "colour": ("\x1b[31mred\x1b[0m", "\\u001b[31mred\\u001b[0m"),
    "clear": ("\x1b[2J\x1b[H", "\\u001b[2J\\u001b[H"),
    "link": ("\x1b]8;;http://evil.example\x1b\\here\x1b]8;;\x1b\\", None),
    "title": ("\x1b]0;title\x07", "\\u001b]0;title\\u0007"),
    "C1 control sequence": ("\x9b31mred", "\\u009b31mred"),
    "C1 string": ("\x90q\x9c", "\\u0090q\\u009c"),
    "carriage return": ("failed\rdone  ", "failed\\rdone  "),
    "backspace": ("bad\b\b\bfine", "bad\\b\\b\\bfine"),
    "line feed": ("one\nerror: two", "one\\nerror: two"),
    "line separator": ("one\u2028two\u2029\x85\x0b\x0c", "one\\u2028two\\u2029\\u0085\\u000b\\f"),
    "bell, null, delete": ("\a\0\x7f", "\\u0007\\u0000\\u007f"),
    "shift out": ("\x0eabc\x0f", "\\u000eabc\\u000f"),
    "right to left": ("gpj.\u202eexe", "gpj.\\u202eexe"),
    "isolate": ("\u2066a\u2069\u200f\u061c", "\\u2066a\\u2069\\u200f\\u061c"),
    "zero width": ("a\u200bb\u200c\u200d\u2060\ufeff", "a\\u200bb\\u200c\\u200d\\u2060\\ufeff"),
    "soft hyphen": ("a\xadb", "a\\u00adb"),
    "fillers": ("\u3164\u115f\u1160\uffa0\u2800\u034f", "\\u3164\\u115f\\u1160\\uffa0\\u2800\\u034f"),
    "variation": ("a\ufe0fb\U000e0100", "a\\ufe0fb\\udb40\\udd00"),
    "tag": ("a\U000e0041", "a\\udb40\\udc41"),
    "lone surrogates": ("\udfff\ud800 \udcff", "\\udfff\\ud800 \\udcff"),
    "spaces": ("a\xa0b\u3000c\td", "a b c d"),
    "private, unassigned": ("\ue000\u0378\U0010ffff", "\\ue000\\u0378\\udbff\\udfff"),
    "markup": (
        "[red]x[/] [link=http://evil.example]y[/link] [/] \\[",
        "[red]x[/] [link=http://evil.example]y[/link] [/] \\[",
    ),
    "emoji code": (":warning: :smiley:", ":warning: :smiley:"),
    "ordinary": ("Größe 東京 😀 שלום", "Größe 東京 😀 שלום"),
}


@pytest.fixture(params=list(HOSTILE.values()), ids=list(HOSTILE))
def hostile(request: pytest.FixtureRequest) -> tuple[str, str]:
    text, shown = request.param
    return text, shown or text.replace("\x1b", "\\u001b")


def printed(text: str) -> str:
    """What a console shows of a text; rich leaves these characters out."""
    return visible(re.sub("[\a\b\v\f\r]", "", text))


def test_nothing_is_hidden(hostile: tuple[str, str]) -> None:
    text, shown = hostile
    assert visible(text) == shown


def test_each_way_to_print_shows_what_there_is(hostile: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    text, shown = hostile[0], printed(hostile[0])
    out.print(f"<{text}>")
    out.print(Text.assemble("<", (text, "bold red"), ">"))
    out.print("<", text, ">", sep="")
    err.print(Text(f"<{text}>"))
    captured = capsys.readouterr()
    assert captured.out == f"<{shown}>\n" * 3
    assert captured.err == f"<{shown}>\n"


def test_on_a_terminal_too(hostile: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    text, shown = hostile[0], printed(hostile[0])
    console = new_console()
    console._force_terminal, console._color_system = True, console._color_system
    console.print(Text.assemble("<", (text, "bold red"), ">"))
    written = capsys.readouterr().out
    assert re.sub(r"\x1b\[[\d;]*m", "", written) == f"<{shown}>\n"


def test_a_table_takes_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("part", box=None)
    table.add_row("[red]x[/] :warning:")
    out.print(table)
    assert "[red]x[/] :warning:" in capsys.readouterr().out


def test_an_error_is_one_line(hostile: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    text, _ = hostile
    app = terminal_app.new_app("A program.")

    @app.command()
    def fail(_debug: terminal_app.Debug = False, _json: bool = typer.Option(False, "--json")) -> None:
        raise PlatformRefused(f"<{text}>")

    for arguments in ([], ["--json"], ["--debug"], ["--json", "--debug"]):
        with pytest.raises(SystemExit):
            terminal_app.run(app, "program", arguments)
        captured = capsys.readouterr()
        lines = captured.err.split("\n")[:-1]
        assert lines[-len(visible_lines(text)) :] == visible_lines(f"error: <{text}>")
        assert all(is_visible(line) for line in lines)
        starts = [line for line in lines if line.startswith("error:")]
        assert len(starts) == 1, "no line of the text passes for a message of its own"
        if "--json" in arguments:
            assert json.loads(captured.out)["error"] == f"<{text}>"
            assert captured.out.isascii()


@given(st.text(), st.text())
def test_no_text_hides_anything(text: str, other: str) -> None:
    for shown in (visible(text), one_sentence(text), one_line(text)):
        assert is_visible(shown)
        shown.encode()
    assert visible(text + other) == visible(text) + visible(other)


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_ordinary_text_is_unchanged(text: str) -> None:
    assert visible(text) == text


def test_an_overlong_text_is_cut_with_its_length() -> None:
    assert visible("x" * 1_000_000) == "x" * 20_000 + "… (1000000 characters)"
    assert len(visible("\x1b" * 1_000_000)) < 20_100


@pytest.mark.parametrize("is_coloured", [False, True])
def test_highlighted_json_is_printed_line_by_line(
    is_coloured: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = {"a": ["\x9b31m", {"[red]": "\u202e"}], "b": 1}
    monkeypatch.setattr("biot_plugin_cli.terminal.console.is_plain", lambda **_: not is_coloured)
    print_highlighted(json.dumps(document, indent=2, ensure_ascii=False))
    assert json.loads(capsys.readouterr().out) == document


def test_any_number_of_lines_is_written_at_once_where_nobody_sees_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Mock(spec=io.StringIO, **{"isatty.return_value": False})
    monkeypatch.setattr("sys.stdout", stream)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    print_all([("a", (str(number), "bold")) for number in range(10_000)])
    stream.write.assert_called_once_with("".join(f"a{number}\n" for number in range(10_000)))


@pytest.mark.parametrize("text", ["\ud800", "\x1b", "\u202e"])
def test_documents_are_json_whatever_is_in_them(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_json({text: text})
    written = capsys.readouterr().out
    assert written.isascii()
    assert json.loads(written) == {text: text}


@pytest.mark.parametrize("stderr", [False, True])
def test_parts_are_what_a_console_prints(
    hostile: tuple[str, str], stderr: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    text, _ = hostile
    new_console(stderr=stderr).print(Text.assemble(f"a {text}", (text, "bold"), ""))
    expected = capsys.readouterr()
    print_parts(f"a {text}", (text, "bold"), "", stderr=stderr)
    assert capsys.readouterr() == expected


def test_no_parts_are_an_empty_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_parts()
    assert capsys.readouterr().out == "\n"


@pytest.mark.parametrize("name", ["FORCE_COLOR", "TTY_COMPATIBLE"])
def test_who_asks_for_colours_gets_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert is_plain()
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(name, "1")
    monkeypatch.setattr("biot_plugin_cli.terminal.console.out", new_console(), raising=False)
    assert not is_plain()
    print_parts(("text", "red"))
    assert "\x1b[31mtext" in capsys.readouterr().out
