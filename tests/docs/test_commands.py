"""Commands and options that the documentation names exist, those of blocks that cannot be run among them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pytest

from biot_plugin_cli.manifest.members.plugin import SETTINGS
from docs_tools.blocks import ROOT, documents
from docs_tools.commands_page import PROGRAMS, command_names, reference
from docs_tools.site_hooks import on_page_markdown

_CALL = re.compile(rf"(?<![\w./-])({'|'.join(PROGRAMS)})((?:[ \t]+|\\\n\s*)[^\n`;|&#)]*)")
#: What may follow the name of a program: a word of prose, or a group of commands.
PROSE = frozenset({"and", "or", "is", "has", "are", "in", "on", "runs", "shows", "image", "secret"})
_OPTION = re.compile(r"(?<!\S)(--?[a-zA-Z][\w-]*)")


class Call(NamedTuple):
    place: str
    program: str
    words: str


def calls() -> Iterator[Call]:
    for document in documents():
        text = document.read_text(encoding="utf-8")
        for match in _CALL.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield Call(f"{document.relative_to(ROOT)}:{line}", match[1], match[2].strip())


@cache
def sections(program: str) -> dict[str, str]:
    """What each command says of itself, by its name."""
    names = command_names(program)
    texts = re.split(r"^## .*$", reference(program), flags=re.MULTILINE)[1:]
    return dict(zip(names, texts, strict=True))


def command_of(call: Call) -> str | None:
    """The command that is called, None if there is none of that name."""
    words = call.words.split()
    for length in (2, 1, 0):
        name = " ".join([call.program, *words[:length]])
        if name in sections(call.program):
            return name
    return None


def problem(call: Call) -> str | None:
    first = call.words.split()[0] if call.words else ""
    name = command_of(call)
    if name is None and (not re.fullmatch(r"[a-z][a-z-]*", first) or first in PROSE):
        return None
    if name is None:
        return f"{call.place}: {call.program} has no command {first!r}"
    unknown = [option for option in _OPTION.findall(call.words) if not _known(option, sections(call.program)[name])]
    return f"{call.place}: {name} has no option {', '.join(unknown)}" if unknown else None


def _known(option: str, text: str) -> bool:
    return bool(re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", text))


@pytest.mark.parametrize("program", PROGRAMS)
def test_each_command_is_in_the_reference(program: str) -> None:
    page = on_page_markdown(f"# Commands\n\n::: commands {program}\n")
    assert all(f"\n## {name}\n" in page for name in command_names(program))
    assert "--help" in page
    assert ":::" not in page


def test_each_setting_is_in_the_reference() -> None:
    page = on_page_markdown("# Settings\n\n::: settings\n")
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    assert [row[0].strip("| `") for row in rows] == list(SETTINGS)
    assert all(len(row) == 4 and row[1] for row in rows)
    assert (
        "| `timeout` | Time limit of one event in seconds. | a whole number of seconds from 1 to 900 | `60` |" in page
    )


def test_commands_and_options_that_are_named_exist() -> None:
    named = list(calls())
    assert len(named) > 80
    problems = [found for call in named if (found := problem(call))]
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("deploy --env test", None),
        ("deploy --enviroment test", "no option --enviroment"),
        ("deploi", "no command 'deploi'"),
        ("image inspect --jsn", "no option --jsn"),
    ],
)
def test_a_wrong_name_is_noticed(words: str, expected: str | None) -> None:
    found = problem(Call("page.md:1", "biot-plugin", words))
    assert (found is None) if expected is None else expected in str(found)
