"""What a page shows is compared with what was printed, but for what is different each time."""

from __future__ import annotations

import re
import subprocess

import pytest

from docs_tools.transcripts import Exchange, missing_line, pattern, read_exchanges


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("200 · 6.1 ms · cold start 85 ms · 29 of 256 MB", "200 · 11 ms · cold start 560.2 ms · 34 of 256 MB"),
        ("The platform is at http://127.0.0.1:8787", "The platform is at http://127.0.0.1:45001"),
        ("commit 5f0af25 of 2026-11-27", "commit 0a1b2c3d4e of 2027-01-02"),
        ("curl -s …", "curl -s -X POST http://127.0.0.1:1/ -d '{}'"),
        ("a (b) [c] {d} *e* +f $g ^h | i?", "a (b) [c] {d} *e* +f $g ^h | i?"),
    ],
)
def test_a_line_is_right_with_other_figures(shown: str, printed: str) -> None:
    assert re.fullmatch(pattern(shown), printed)
    found = subprocess.run(["grep", "-qE", "--", pattern(shown)], input=printed, text=True, check=False)
    assert found.returncode == 0


@pytest.mark.parametrize(
    ("shown", "printed"),
    [("version 3 → 4", "version 3 → 5"), ("Deployed demo", "Deployed demo2"), ("a.b", "axb"), ("400", "200")],
)
def test_a_line_is_wrong_with_another_text(shown: str, printed: str) -> None:
    assert not re.fullmatch(pattern(shown), printed)


@pytest.mark.parametrize(
    ("shown", "printed", "missing"),
    [
        (("a", "b"), "a\nb\n", None),
        (("a", "b"), "a\nx\nb\n", "b"),
        (("a", "...", "b"), "a\nx\ny\nb\n", None),
        (("...", "b"), "b\n", None),
        (("a", "...", "b", "c"), "a\nx\nb\ny\n", "c"),
        (("a",), "", "a"),
        (("a", ""), "\na\n", None),
        ((), "anything", None),
    ],
)
def test_lines_are_shown_in_order_and_without_gaps(shown: tuple[str, ...], printed: str, missing: str | None) -> None:
    assert missing_line(shown, printed) == missing


@pytest.mark.parametrize("next_line", ["> two", "two"])
def test_a_command_may_have_several_lines(next_line: str) -> None:
    text = f"$ echo one \\\n{next_line}\none two\n\n$ echo a |\n> cat\na\n> b\n"
    first = Exchange("echo one \\\ntwo", ("one two", ""))
    assert read_exchanges(text) == [first, Exchange("echo a |\ncat", ("a", "> b"))]


def test_output_may_come_without_a_command() -> None:
    assert read_exchanges("Version 2 runs\n") == [Exchange("", ("Version 2 runs",))]
