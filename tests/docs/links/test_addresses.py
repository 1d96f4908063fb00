"""What the project names outside itself is known, encrypted, and no example that somebody could own."""

from __future__ import annotations

import re

import pytest
import tomllib

from docs_tools.blocks import ROOT
from docs_tools.links.addresses import external_links, is_example, read_links, sources

PAGES = {
    "https://aws.amazon.com/pricing/",
    "https://docs.aws.amazon.com/powertools/python/latest/",
    "https://docs.pypi.org/trusted-publishers/",
    "https://docs.python.org/3/library/pdb.html#debugger-commands",
    "https://docs.renovatebot.com/renovate-schema.json",
    "https://github.com/Yelp/detect-secrets",
    "https://github.com/microsoft/debugpy",
    "https://github.com/github/codeql-action/tree/v4",
    "https://hypercorn.readthedocs.io",
    "https://json.schemastore.org/pyproject.json",
    "https://marketplace.visualstudio.com/items?itemName=tamasfe.even-better-toml",
    "https://microsoft.github.io/debug-adapter-protocol/",
    "https://uvicorn.dev",
    "https://validate-pyproject.readthedocs.io",
    "https://www.biot-med.com",
}
ACTIONS = {"attest-build-provenance", "cache", "checkout", "download-artifact", "setup-python", "upload-artifact"}


def addresses(text: str) -> list[str]:
    return [link.address for link in read_links("page.md", text)]


def test_every_address_is_one_that_somebody_has_looked_at() -> None:
    """Whoever names another one tries it, by `make links`, and adds it here."""
    links = external_links()
    actions = re.compile(r"https://github\.com/(?:actions/(?P<name>[\w-]+)|pypa/gh-action-pypi-publish)/tree/[\w./-]+")
    found = [(link, actions.fullmatch(link.address)) for link in links]
    assert {match["name"] for _, match in found if match} - {None} == ACTIONS
    assert {link.place: link.address for link, match in found if not match and link.address not in PAGES} == {}
    assert {link.address for link in links} >= PAGES
    assert [link.place for link in links if not link.address.startswith("https://")] == []


def test_pages_of_the_releases_are_those_of_the_distributions() -> None:
    texts = "\n".join(path.read_text(encoding="utf-8") for path in sources())
    named = set(re.findall(r"https://pypi\.org/project/(biot-[\w-]+)", texts))
    folders = ("framework", "emulator", "scaffold")
    names = {tomllib.loads((ROOT / folder / "pyproject.toml").read_text())["project"]["name"] for folder in folders}
    assert named
    assert named <= names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[a](https://a.org/b), <https://c.org/>", ["https://a.org/b", "https://c.org/"]),
        ("see https://a.org/b.", ["https://a.org/b"]),
        ("(https://a.org/b_(c)), and", ["https://a.org/b_(c)"]),
        ('"$schema": "https://a.org/s.json",', ["https://a.org/s.json"]),
        ("`https://a.org`|https://b.org#c|", ["https://a.org", "https://b.org#c"]),
        ("**https://a.org/x**", ["https://a.org/x"]),
        ("- uses: actions/cache/restore@v5", ["https://github.com/actions/cache/tree/v5"]),
        ("- uses: ./.github/workflows/links.yml", []),
        ("git+https://host.org/x@REV", ["https://host.org/x@REV"]),
        ("nothing here", []),
    ],
)
def test_an_address_ends_where_its_text_does(text: str, found: list[str]) -> None:
    assert addresses(text) == found


def test_a_place_is_a_file_and_a_line() -> None:
    (link,) = read_links("docs/a.md", "one\ntwo https://a.org/\n")
    assert (link.place, link.address) == ("docs/a.md:2", "https://a.org/")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://api.example.com/x", True),
        ("https://example.org", True),
        ("http://proxy.example:3128", True),
        ("https://plugin.test/", True),
        ("http://127.0.0.1:8787/_emulator/", True),
        ("http://[::1]:80/", True),
        ("http://localhost:9000", True),
        ("https://HOST/simple", True),
        ("https://user:password@host", True),
        ("https://[USER:PASSWORD@]HOST[:PORT]", True),
        ("https://${{ host }}/", True),
        ("https://", True),
        ("https://api.example.biot-med.com", False),
        ("https://example.company.com", False),
        ("https://myexample.com", False),
        ("https://a.org:8443/x?y=$z", False),
    ],
)
def test_an_example_is_an_address_that_nobody_can_own(address: str, expected: bool) -> None:
    assert is_example(address) is expected
