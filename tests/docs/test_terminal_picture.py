"""The recording of a terminal shows what the tutorial shows, and needs nothing from outside."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from docs_tools.terminal_picture import PICTURE, TITLE, draw_session, tutorial_session
from docs_tools.transcripts import Exchange


def texts(picture: str) -> list[str]:
    root = ElementTree.fromstring(picture)
    return ["".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")]


def test_the_picture_is_what_the_tutorial_shows() -> None:
    assert PICTURE.read_text(encoding="utf-8") == draw_session(tutorial_session(), TITLE), "run: make pictures"


def test_it_has_every_command_with_its_output() -> None:
    shown = texts(draw_session(tutorial_session(), TITLE))
    assert [line for line in shown if line.startswith("$ ")] == [f"$ {part.command}" for part in tutorial_session()]
    assert "$ biot-plugin deploy" in shown
    assert any(line.startswith("Deployed first-plugin as version 1") for line in shown)


def test_it_needs_nothing_from_outside() -> None:
    picture = PICTURE.read_text(encoding="utf-8")
    assert "http" not in picture.replace("http://www.w3.org/2000/svg", "").replace("http://127.0.0.1:8787", "")
    assert "<script" not in picture
    assert "@import" not in picture


def test_text_is_text() -> None:
    picture = draw_session([Exchange("echo '<b>'", ('<b> & "c"', "...", "x" * 300))], "a < b")
    assert texts(picture) == ["$ echo '<b>'", '<b> & "c"', "…", "x" * 101 + "…"]
    assert '<title id="t">a &lt; b</title>' in picture


def test_lines_appear_one_after_the_other() -> None:
    picture = draw_session([Exchange("a", ("b", "c")), Exchange("d", ("e",))], "")
    root = ElementTree.fromstring(picture)
    styles = [element.get("style") or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]
    delays = [float(style.partition("animation-delay:")[2].partition("s")[0]) for style in styles]
    assert delays == sorted(delays)
    assert len(set(delays)) == 5
