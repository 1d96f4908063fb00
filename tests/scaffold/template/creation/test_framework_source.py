"""What `--framework-from` may say, and what of it is committed."""

from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.template.creation.framework_source import parse_framework_source

WHEELS = ("biot_plugin-1-py3-none-any.whl", "biot_plugin_cli-1-py3-none-any.whl", "biot_emulator-1-py3-none-any.whl")
COMMIT = "0f" * 20


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the shell, with a folder of wheels and a checkout."""
    (tmp_path / "wheels").mkdir()
    for name in WHEELS:
        (tmp_path / "wheels" / name).touch()
    (tmp_path / "check out" / "framework").mkdir(parents=True)
    (tmp_path / "check out" / "framework" / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("index", {}),
        ("git+https://example.com/x@v1.2", {"git": "https://example.com/x", "rev": "v1.2"}),
        (f"git+https://example.com/x.git@{COMMIT}", {"git": "https://example.com/x.git", "rev": COMMIT}),
        ("git+https://example.com:8443/a/x@main", {"git": "https://example.com:8443/a/x", "rev": "main"}),
        ("git+ssh://git@example.com/x@v1", {"git": "ssh://git@example.com/x", "rev": "v1"}),
        ("git+file:///srv/x@v1", {"git": "file:///srv/x", "rev": "v1"}),
        ("git+https://example.com/x@v1#subdirectory=scaffold", {"git": "https://example.com/x", "rev": "v1"}),
        ("https://example.com/simple", {"index": "https://example.com/simple"}),
        ("http://localhost:3141/root/pypi/+simple/", {"index": "http://localhost:3141/root/pypi/+simple/"}),
    ],
)
def test_a_place_elsewhere(here: Path, text: str, source: dict[str, str]) -> None:
    assert parse_framework_source(text, here / "demo") == source


def test_a_relative_folder_is_relative_to_the_plugin(here: Path) -> None:
    assert parse_framework_source("wheels", here / "demo") == {"find-links": "../wheels"}
    assert parse_framework_source("./wheels/", here / "a" / "b" / "demo") == {"find-links": "../../../wheels"}
    assert parse_framework_source("check out", here / "demo") == {"path": "../check out"}
    assert parse_framework_source("wheels", here) == {"find-links": "wheels"}


def test_links_on_the_way_to_the_plugin_lead_back(here: Path) -> None:
    (here / "real" / "deep").mkdir(parents=True)
    (here / "link").symlink_to(here / "real" / "deep")

    assert parse_framework_source("wheels", here / "link" / "demo") == {"find-links": "../../../wheels"}


def test_an_absolute_folder_stays_as_it_is(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = {"find-links": str(here / "wheels")}
    monkeypatch.setenv("HOME", str(here))

    assert parse_framework_source(str(here / "wheels"), here / "demo") == expected
    assert parse_framework_source("~/wheels", here / "demo") == expected
    assert parse_framework_source((here / "wheels").as_uri(), here / "demo") == expected
    assert parse_framework_source((here / "check out").as_uri(), here / "demo") == {"path": str(here / "check out")}


@pytest.mark.parametrize("name", WHEELS)
def test_a_folder_without_one_of_the_wheels(here: Path, name: str) -> None:
    (here / "wheels" / name).unlink()

    with pytest.raises(
        UsageError, match=f"has no wheel of {name.partition('-')[0].replace('_', '-')}, and is no checkout"
    ):
        parse_framework_source("wheels", here / "demo")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "There is no folder"),
        ("nowhere", "There is no folder nowhere: use git\\+https"),
        ("wheels/" + WHEELS[0], "There is no folder wheels/"),
        ("git+https://example.com/x", "has no revision: add @ and a tag"),
        ("git+https://example.com/x@", "has no revision"),
        ("git+https://example.com/x@--upload-pack=y", "has no revision"),
        ("git+https://example.com/@v1#egg=x", "#egg=x has no meaning here"),
        ("git+https:///x@v1", "is no URL of a git repository"),
        ("git+ftp://example.com/x@v1", "is no URL of a git repository"),
        ("git@example.com:team/x.git", "write git\\+ssh://git@example.com/team/x.git@REV"),
        ("https://example.com/x.git", "is a git repository: write git\\+https://example.com/x.git@REV"),
        ("s3://bucket/wheels", "is none of what it can be"),
        ("https://example.com/simple#x", "is none of what it can be"),
        ("https://[", "The URL is not valid"),
    ],
)
def test_what_it_cannot_be(here: Path, text: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=f"Invalid --framework-from: .*{sentence}") as refused:
        parse_framework_source(text, here / "demo")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "git+https://grace:s3cret@example.com/x@v1",
        "git+https://s3cret@example.com/x@v1",
        "git+https://example.com/x@v1?token=s3cret",
        "git+ssh://git:s3cret@example.com/x@v1",
        "git+ftp://grace:s3cret@example.com/x",
        "https://grace:s3cret@example.com/simple",
        "https://__token__:s3cret@example.com/x.git",
        "https://example.com/simple?key=s3cret",
        "s3://grace:s3cret@bucket/x",
    ],
)
def test_a_secret_is_neither_committed_nor_shown(here: Path, text: str) -> None:
    with pytest.raises(UsageError, match="which git would keep") as refused:
        parse_framework_source(text, here / "demo")
    assert "s3cret" not in str(refused.value)
