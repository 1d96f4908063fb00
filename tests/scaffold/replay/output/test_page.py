from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

from biot_plugin_cli.replay.output.page import page_html, write_page
from tests.scaffold.replay.summaries import USUAL, observations, summary_of

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&\u202e"


class Parsed(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_has_everything_in_one_file_without_a_script(tmp_path: Path) -> None:
    found = [observations(0, {"name": HOSTILE, HOSTILE: 1}), observations(1, {}, again={})]
    hostile = replace(
        observations(2), new=replace(USUAL, error=HOSTILE, refused=(HOSTILE,), headers={HOSTILE: HOSTILE})
    )
    summary = summary_of(tmp_path, *found, hostile, accept=("added:*",))

    text = page_html(summary, HOSTILE, with_values=True)

    parsed = Parsed(text)
    assert parsed.open == []
    assert {"script", "img", "link", "iframe"}.isdisjoint(parsed.tags)
    assert not any(name.startswith("on") or name in ("src", "href") for name in parsed.attributes)
    assert "default-src 'none'" in text
    assert "\u202e" not in text
    assert not re.search(r"https?://|url\(|@import", text)
    # One article for each kind, differences first.
    assert text.index("<h2>Differences") < text.index("<h2>Accepted") < text.index("<h2>Ignored") < text.index("p99")
    assert parsed.tags.count("article") == len(summary.differences) + len(summary.accepted)
    assert "light dark" in text


def test_a_page_without_differences_says_so(tmp_path: Path) -> None:
    file = tmp_path / "r.html"
    write_page(file, summary_of(tmp_path, observations(0)), "demo", with_values=False)

    assert "1 event: nothing differs." in file.read_text()
    assert "<h2>Differences" not in file.read_text()
