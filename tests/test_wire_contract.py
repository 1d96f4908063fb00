"""The page docs/wire-contract.md has every section that the code cites, and no document has a dead link."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

_ROOT = Path(__file__).parent.parent
_CONTRACT = _ROOT / "docs" / "wire-contract.md"
_DOCUMENTS = sorted(
    [*(_ROOT / "docs").rglob("*.md"), *_ROOT.glob("*/README.md"), _ROOT / "README.md", _ROOT / "CONTRIBUTING.md"]
)

_NUMBER = r"\d+(?:\.\d+)?"
# A comment's sign may stand between two words where a line ends inside of a citation.
_SPACE = r"(?:\s|\n[ \t]*\#:?)+"
_SEPARATOR = rf"(?:,{_SPACE}(?:and{_SPACE})?|{_SPACE}and{_SPACE}|{_SPACE}to{_SPACE})"
_CITATION = re.compile(
    rf"(?P<foreign>\bRFC{_SPACE}\d+,?{_SPACE})?\b[Ss]ections?{_SPACE}(?P<numbers>{_NUMBER}(?:{_SEPARATOR}{_NUMBER})*)"
)
_RANGE = re.compile(rf"({_NUMBER}){_SPACE}to{_SPACE}({_NUMBER})")

_FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|^\[[^\]]+\]:\s+(\S+)", re.MULTILINE)


class Citation(NamedTuple):
    """A section of the contract that a file refers to."""

    section: str
    line: int


def _citations(text: str) -> Iterator[Citation]:
    for match in _CITATION.finditer(text):
        if not match["foreign"]:
            line = text.count("\n", 0, match.start()) + 1
            yield from (Citation(section, line) for section in _sections(match["numbers"]))


def _sections(numbers: str) -> list[str]:
    """List the sections that a text names: `2.1, 2.4 and 4`, or the ranges `1 to 3` and `2.2 to 2.10`."""
    ranges = [section for first, last in _RANGE.findall(numbers) for section in _between(first, last)]
    return [*ranges, *re.findall(_NUMBER, _RANGE.sub("", numbers))]


def _between(first: str, last: str) -> list[str]:
    chapter, _, start = first.rpartition(".")
    end_chapter, _, end = last.rpartition(".")
    if chapter != end_chapter:
        return [first, last]
    prefix = f"{chapter}." if chapter else ""
    return [f"{prefix}{number}" for number in range(int(start), int(end) + 1)]


def _headings(document: Path) -> list[str]:
    prose = _FENCE.sub("", document.read_text(encoding="utf-8"))
    return re.findall(r"^#{1,6} (.+?)\s*$", prose, re.MULTILINE)


def _contract_sections() -> set[str]:
    return {match[1] for heading in _headings(_CONTRACT) if (match := re.match(rf"({_NUMBER})\.? ", heading))}


def _anchors(document: Path) -> set[str]:
    """List a document's anchors as GitHub names them."""
    anchors: dict[str, int] = {}
    names = set()
    for heading in _headings(document):
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        names.add(f"{slug}-{anchors[slug]}" if slug in anchors else slug)
        anchors[slug] = anchors.get(slug, 0) + 1
    return names


def _links(text: str) -> list[str]:
    prose = re.sub(r"`[^`\n]*`", "", _FENCE.sub("", text))
    targets = [inline or reference for inline, reference in _LINK.findall(prose)]
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def _dead_links(document: Path) -> Iterator[str]:
    for target in _links(document.read_text(encoding="utf-8")):
        path, _, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        if not file.exists():
            yield f"{target}: there is no such file"
        elif anchor and anchor not in _anchors(file):
            yield f"{target}: {file.name} has no such heading"


def _text_files() -> Iterator[tuple[str, str]]:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=_ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listing.stdout.split("\0")):
        file = _ROOT / name
        if file.is_file() and file != Path(__file__):
            content = file.read_bytes()
            if b"\0" not in content:
                yield name, content.decode("utf-8", errors="replace")


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("(contract section 2.9)", ["2.9"]),
        ("contract sections 2.1, 2.4, 3.4 and 4)", ["2.1", "2.4", "3.4", "4"]),
        ("the headers of contract section 5.6, and a path that stays", ["5.6"]),
        ("every rule that the contract states in section 6.", ["6"]),
        ("(section 5.6)", ["5.6"]),
        ("contract sections 2.2 to 2.4", ["2.2", "2.3", "2.4"]),
        ("contract sections 2.9 to 2.11).", ["2.9", "2.10", "2.11"]),
        ("contract sections 5.1 and 5.3 to 5.5", ["5.1", "5.3", "5.4", "5.5"]),
        ("sections 1 to 3", ["1", "2", "3"]),
        ("contract sections 2.8, 2.9, 2.11, and 3.5", ["2.8", "2.9", "2.11", "3.5"]),
        ("[section 1.2](#12-headers)", ["1.2"]),
        ("    # see contract\n    # section 6.2, and more", ["6.2"]),
        ("contract sections 6.3\nand 6.4", ["6.3", "6.4"]),
        ("RFC 9110, section 15.5 and RFC 6901 section 4", []),
        ("in 3 sections, 4 of them; an intersection 5; section N", []),
    ],
)
def test_citations_are_read_in_every_form(text: str, sections: list[str]) -> None:
    assert sorted(citation.section for citation in _citations(text)) == sorted(sections)


def test_a_citation_knows_its_line() -> None:
    assert list(_citations("one\ntwo (contract section 8)\n")) == [Citation("8", 2)]


def test_every_cited_section_is_in_the_contract() -> None:
    contract = _contract_sections()
    citations = [(name, citation) for name, text in _text_files() for citation in _citations(text)]
    missing = [
        f"{name}:{citation.line} cites section {citation.section}, which {_CONTRACT.name} does not have"
        for name, citation in citations
        if citation.section not in contract
    ]
    assert not missing, "\n".join(missing)
    assert sum(not name.startswith("docs/") for name, _ in citations) > 100


def test_the_contract_numbers_each_section_once_and_in_order() -> None:
    numbers = [match[1] for heading in _headings(_CONTRACT) if (match := re.match(rf"({_NUMBER})\.? ", heading))]
    ordered = [tuple(int(part) for part in number.split(".")) for number in numbers]
    assert ordered == sorted(set(ordered))


def test_the_examples_of_the_contract_are_json() -> None:
    examples = [body for language, body in _FENCE.findall(_CONTRACT.read_text(encoding="utf-8")) if language == "json"]
    assert examples
    for example in examples:
        json.loads(example)


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("[a](b.md) and [`c/`](c/README.md#d-e)", ["b.md", "c/README.md#d-e"]),
        ("[site](https://example.org) and [mail](mailto:a@example.org)", []),
        ("`[code](no.md)`\n\n```text\n[code](no.md)\n```\n", []),
        ("[name]: other.md\n", ["other.md"]),
    ],
)
def test_links_are_read_outside_of_code(text: str, links: list[str]) -> None:
    assert _links(text) == links


def test_anchors_are_those_of_github(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text("# A page\n\n## 1.2 What `x_y` is\n\n## Again\n\n## Again\n\n```sh\n# no heading\n```\n")
    assert _anchors(document) == {"a-page", "12-what-x_y-is", "again", "again-1"}


@pytest.mark.parametrize("document", _DOCUMENTS, ids=lambda document: str(document.relative_to(_ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    dead = list(_dead_links(document))
    assert not dead, "\n".join(f"{document.relative_to(_ROOT)}: {link}" for link in dead)
