from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from biot_plugin_cli.errors import PlatformRefused, PlatformUnreachable
from biot_plugin_cli.logs.event import ConsoleLink, LogEvent
from biot_plugin_cli.logs.report import show_events, show_link
from biot_plugin_cli.logs.selection import Selection

TRACE = "0af7651916cd43dd8448eb211c80319c"
TOKEN = "eyJhbGciOiJSUzUxMiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"


class Script:
    """A source that yields one list of texts after the other, and fails where there is an error."""

    pause = 0.0

    def __init__(self, *looks: list[str] | Exception) -> None:
        self._looks = iter((*looks, KeyboardInterrupt()))

    def poll(self) -> Iterator[LogEvent]:
        look = next(self._looks)
        if isinstance(look, BaseException):
            raise look
        for text in look:
            yield LogEvent(1_000, text, document={"timestamp": 1_000, "message": text})


def show(*looks: list[str] | Exception, follow: bool = False, as_json: bool = False, **selection: str) -> None:
    show_events(Script(*looks), Selection(**selection), {"API_KEY": "hunter2-hunter2"}, follow=follow, as_json=as_json)


def test_people_see_time_level_message_fields_trace_and_the_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    document = {"message": "No\nluck", "level": "ERROR", "traceId": TRACE, "order": 5, "exception": "Traceback:\n  x"}

    show([json.dumps(document), "plain"])

    assert capsys.readouterr().out.splitlines() == [
        f"1970-01-01T00:00:01.000Z ERROR No order=5 trace={TRACE}",
        "    luck",
        "    Traceback:",
        "      x",
        "1970-01-01T00:00:01.000Z       plain",
    ]


@pytest.mark.parametrize("follow", [False, True])
@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        f"Bearer {TOKEN}",
        json.dumps(
            {"message": "x", "exception": f"Traceback:\n  {TOKEN}", "level": TOKEN, "traceId": f"Bearer {TOKEN}"}
        ),
        json.dumps({"message": "x", TOKEN: TOKEN, "deep": {"password": "hunter2-hunter2"}}),
        json.dumps({"message": "the key is \\u0068unter2-hunter2"}).replace("\\\\", "\\"),
    ],
)
def test_no_secret_is_shown(capsys: pytest.CaptureFixture[str], text: str, *, follow: bool, as_json: bool) -> None:
    try:
        show([text], follow=follow, as_json=as_json)
    except KeyboardInterrupt:
        assert follow

    shown = capsys.readouterr().out
    assert shown
    assert TOKEN not in shown
    assert TOKEN[:16] not in shown
    assert "hunter2" not in shown


@pytest.mark.parametrize("as_json", [False, True])
def test_nothing_controls_the_terminal(capsys: pytest.CaptureFixture[str], *, as_json: bool) -> None:
    evil = "\x1b]0;title\x07\x1b[2J\u202eright\u2066\x9b31m\x00"

    show(
        [evil, json.dumps({"message": evil, "level": evil, evil: evil, "traceId": evil, "exception": evil})],
        as_json=as_json,
    )

    assert all(char.isprintable() or char == "\n" for char in capsys.readouterr().out)


def test_markup_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    show(["[bold]x[/bold] [link=http://a]"])

    assert "[bold]x[/bold] [link=http://a]" in capsys.readouterr().out


def test_a_machine_gets_one_list_of_what_came(capsys: pytest.CaptureFixture[str]) -> None:
    show(["a", '{"message":  "b"}'], as_json=True)

    assert json.loads(capsys.readouterr().out) == [
        {"timestamp": 1000, "message": "a"},
        {"timestamp": 1000, "message": '{"message":  "b"}'},
    ]


def test_a_machine_that_follows_gets_a_document_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt):
        show(["a\nb"], [], ["c"], follow=True, as_json=True)

    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["message"] for line in lines] == ["a\nb", "c"]


def test_only_what_is_selected_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    show(["apple", "pear"], text="pea")

    assert capsys.readouterr().out.endswith(" pear\n")


def test_a_lost_connection_is_said_once_and_does_not_end_it(capsys: pytest.CaptureFixture[str]) -> None:
    lost = PlatformUnreachable("Cannot connect")

    with pytest.raises(KeyboardInterrupt):
        show(["a"], lost, lost, ["b"], lost, follow=True)

    shown = capsys.readouterr()
    assert [line[-1] for line in shown.out.splitlines()] == ["a", "b"]
    assert shown.err.splitlines() == ["Cannot connect. Trying again…"] * 2


@pytest.mark.parametrize("looks", [[PlatformUnreachable("No")], [["a"], PlatformRefused("No")]])
def test_the_first_look_and_a_refusal_end_it(looks: list[list[str] | Exception]) -> None:
    with pytest.raises((PlatformUnreachable, PlatformRefused), match="No"):
        show(*looks, follow=True)


def test_the_link_to_the_console_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    show_link(ConsoleLink("https://console"), as_json=False)
    show_link(ConsoleLink("https://console"), as_json=True)
    show_link(ConsoleLink(""), as_json=False)

    first, _, rest = capsys.readouterr().out.partition("\n")
    document, _, nothing = rest.partition("}\n")
    assert first == "https://console"
    assert json.loads(document + "}") == {"linkToConsole": "https://console"}
    assert nothing == "There is no link to it\n"


def test_people_are_told_that_there_is_nothing_to_show(capsys: pytest.CaptureFixture[str]) -> None:
    show(["plain"], text="nothing like it")

    assert capsys.readouterr() == ("", "No such lines: look further back with --since, such as --since 1d\n")


def test_programs_get_an_empty_list_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    show([], as_json=True)

    captured = capsys.readouterr()
    assert (json.loads(captured.out), captured.err) == ([], "")
