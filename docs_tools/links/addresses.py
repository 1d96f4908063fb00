"""What this project names outside itself: pages, and the actions that its pipelines run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from docs_tools.blocks import ROOT, documents

__all__ = ["Link", "external_links", "is_example", "read_links", "sources"]

_ADDRESS = re.compile(r"(?<![\w.])https?://[^\s<>\"'`|\\]+")
_ACTION = re.compile(r"\buses: (?P<name>[\w.-]+/[\w.-]+)(?:/[\w./-]+)?@(?P<version>[\w./-]+)")
_SENTENCE_END = ".,;:!?*_"
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
#: Names that nobody can own (RFC 2606 and RFC 6761).
_RESERVED = re.compile(r"(?:^|\.)(?:example|test|invalid|localhost|local|example\.(?:com|net|org))$")
# Pages of distributions that are not there before the first release; tests compare the names.
_OWN_RELEASES = "https://pypi.org/project/biot-"
# The name of a version of JSON Schema, which nobody reads a page at.
_DIALECT = "http://json-schema.org/"
_FOLDERS = (".github", "templates/hook", "templates/plugin")
_FILES = ("CHANGELOG.md", "mkdocs.yml", "pyproject.toml")
_PACKAGES = ("framework", "emulator", "scaffold")


@dataclass(frozen=True, order=True)
class Link:
    """An address, and where it is named.

    Attributes:
        page: The file, from the root of the checkout.
        line: The line.
        address: The address.
    """

    page: str
    line: int
    address: str

    @property
    def place(self) -> str:
        """Return the place, such as `docs/index.md:3`."""
        return f"{self.page}:{self.line}"


def sources() -> list[Path]:
    """List the files whose addresses are tried: pages, READMEs, templates and pipelines."""
    files = [ROOT / name for name in _FILES] + [ROOT / package / "pyproject.toml" for package in _PACKAGES]
    below = [path for folder in _FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    return sorted({*documents(), *files, *below})


def external_links() -> list[Link]:
    """List the addresses of all files that are somebody else's, and neither examples nor placeholders."""
    links = (link for path in sources() for link in read_links(path.relative_to(ROOT).as_posix(), _text(path)))
    ours = (_OWN_RELEASES, _DIALECT)
    return [link for link in links if not is_example(link.address) and not link.address.startswith(ours)]


def read_links(page: str, text: str) -> Iterator[Link]:
    """Read the addresses in a text, with the pages of the actions that a pipeline runs."""
    for number, line in enumerate(text.splitlines(), 1):
        for match in _ADDRESS.finditer(line):
            yield Link(page, number, _without_what_follows(match[0]))
        if action := _ACTION.search(line):
            yield Link(page, number, f"https://github.com/{action['name']}/tree/{action['version']}")


def is_example(address: str) -> bool:
    """Whether an address is one that nobody has: a reserved name, this machine, or a placeholder such as `HOST`."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return True
    authority = address.partition("://")[2].partition("/")[0]
    if "$" in authority or "{" in authority or "[" in authority:
        return True
    return _is_ip_address(host) or not _HOST.fullmatch(host) or bool(_RESERVED.search(host))


def _is_ip_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _without_what_follows(address: str) -> str:
    """Remove what ends a sentence, and brackets that were opened before the address."""
    while True:
        shorter = address.rstrip(_SENTENCE_END)
        for opening, closing in ("()", "[]", "{}"):
            if closing in shorter and shorter.count(closing) > shorter.count(opening):
                shorter = shorter[: _unmatched(shorter, opening, closing)]
        if shorter == address:
            return address
        address = shorter


def _unmatched(text: str, opening: str, closing: str) -> int:
    depth = 0
    for place, character in enumerate(text):
        depth += (character == opening) - (character == closing)
        if depth < 0:
            return place
    return len(text)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
