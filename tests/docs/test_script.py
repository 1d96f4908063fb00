"""A page becomes one script that does what its readers do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from docs_tools.blocks import read_blocks
from docs_tools.runs import Run, run_page
from docs_tools.script import steps


@pytest.fixture
def run(tmp_path: Path, environment: dict[str, str]) -> Callable[[str], Run]:
    def run(text: str) -> Run:
        page = tmp_path / "page.md"
        page.write_text(text, encoding="utf-8")
        return run_page("page.md", steps(read_blocks(page)), tmp_path, environment, 45678)

    return run


def console(text: str, before: str = "", title: str = "") -> str:
    return f"{before}\n```console{title and f' title={chr(34)}{title}{chr(34)}'}\n{text}\n```\n"


def test_commands_and_files_are_one_session(run: Callable[[str], Run]) -> None:
    text = (
        '```text title="notes/a.txt"\none $HOME\n```\n'
        + console("$ cd notes && x=2")
        + console("$ cat a.txt; echo $x\none $HOME\n2")
    )
    assert run(text).problems == []


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        (console("$ echo b\na"), "page.md:2.1: the page shows 'a'"),
        (console("$ false"), "page.md:2.1: ended with exit code 1"),
        (console("$ true", "<!-- exits with 1 -->"), "page.md:2.1: ended with exit code 1"),
        ("```shell\nfalse\ntrue\n```\n", "page.md:1: ended with exit code 1"),
        (console("$ echo ready; sleep 60\nnever", title="A second terminal"), "the page shows 'never'"),
    ],
)
def test_what_is_not_as_the_page_says_is_named(
    run: Callable[[str], Run], block: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docs_tools.script._TENTHS_OF_SECONDS", 5)
    assert any(problem in found for found in run(block).problems)


def test_a_failure_may_be_what_the_page_shows(run: Callable[[str], Run]) -> None:
    assert run(console("$ echo no >&2; exit_code=3; (exit $exit_code)\nno", "<!-- exits with 3 -->")).problems == []


def test_answers_are_typed(run: Callable[[str], Run]) -> None:
    text = "$ read -p 'Who? ' a && read -p 'Go on? ' b && echo $a $b\nWho? ada\nGo on? yes\nada yes"
    assert run(console(text, "<!-- answers: ada; yes -->")).problems == []


def test_what_is_not_run_is_left_out(run: Callable[[str], Run]) -> None:
    assert run(console("$ false", "<!-- not run: it fails -->")) == Run([], "")


def test_a_second_terminal_goes_on_until_it_is_interrupted(run: Callable[[str], Run]) -> None:
    text = (
        console(
            "$ trap 'echo bye; exit' INT; echo ready; while sleep 0.1; do cat said 2>/dev/null && rm said; done\nready",
            title="A second terminal",
        )
        + console("$ echo hello >saying && mv saying said")
        + console("hello", title="A second terminal")
        + console("^C\nbye", title="A second terminal")
    )
    assert run(text).problems == []


def test_what_a_program_has_printed_last_counts(run: Callable[[str], Run]) -> None:
    text = (
        console("$ echo ready; sleep 0.2; echo done\nready", title="A second terminal")
        + console("done", title="A second terminal")
        + console("$ echo on\non")
    )
    assert run(text).problems == []


def test_a_program_that_was_not_stopped_ends_with_the_script(run: Callable[[str], Run], tmp_path: Path) -> None:
    assert run(console("$ echo $$ >pid; echo ready; exec sleep 1000\nready", title="A second terminal")).problems == []
    assert (
        not Path("/proc", tmp_path.joinpath("pid").read_text().strip(), "cmdline").exists()
        or b"sleep" not in Path("/proc", tmp_path.joinpath("pid").read_text().strip(), "cmdline").read_bytes()
    )


def test_servers_get_another_port(run: Callable[[str], Run]) -> None:
    text = '```shell\nbiot-emulator() { echo "$@"; }\nbiot-emulator serve http://127.0.0.1:8787\n```\n'
    assert "serve --port 45678 http://127.0.0.1:45678" in run(text).printed
