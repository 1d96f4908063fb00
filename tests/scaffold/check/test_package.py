"""What `biot-plugin check` finds of the package, on plugins whose dependencies are wheels made here."""

from __future__ import annotations

import os
import re
import sys
from typing import Any

import pytest

from biot_plugin_cli.archive import size_limits
from biot_plugin_cli.archive.part_sizes import MEGABYTE
from biot_plugin_cli.git.runner import initialise
from tests.scaffold.packages import AARCH64, INDEX, Repository, library, make_wheel

pytestmark = pytest.mark.slow


@pytest.fixture
def needy(repository: Repository) -> Repository:
    """A plugin that needs one distribution, and has a lock."""
    make_wheel(repository.wheels, "thing")
    repository.needs("thing")
    (repository.root / ".venv").symlink_to(sys.prefix)
    return repository


def found(repository: Repository, *codes: str) -> list[dict[str, Any]]:
    """Check, and give the findings with these codes, of all but those that every plugin here has."""
    findings = repository.program("check", "--json").document["findings"]
    others = {"timeout-not-given", "hooks-unknown"}
    assert sorted(one["code"] for one in findings if one["code"] not in others) == sorted(codes)
    return [one for one in findings if one["code"] in codes]


def test_all_is_right(needy: Repository) -> None:
    assert found(needy) == []


@pytest.mark.parametrize("lock", [True, False])
def test_links_and_libraries_are_found_all_at_once(needy: Repository, lock: bool) -> None:
    (needy.root.parent / "secret.txt").write_text("of this machine")
    (needy.root / "out.txt").symlink_to("../secret.txt")
    (needy.root / "nowhere.txt").symlink_to("nothing.txt")
    (needy.root / "inside.txt").symlink_to("index.py")
    needy.write("native.so", library(AARCH64))
    initialise(needy.root)
    if not lock:
        (needy.root / "uv.lock").unlink()

    codes = ["library-foreign", "link-broken", "link-outside"]
    findings = found(needy, *codes, *([] if lock else ["lock-missing"]))

    assert [(one["code"], one["severity"], one["file"]) for one in findings if one["code"] in codes] == [
        ("library-foreign", "error", "native.so"),
        ("link-broken", "error", "nowhere.txt"),
        ("link-outside", "error", "out.txt"),
    ]
    outside = next(one for one in findings if one["code"] == "link-outside")
    assert outside["message"] == "The symbolic link out.txt leads out of the plugin's folder"
    assert outside["advice"] == "replace it with a copy, or remove it"


def test_without_a_lock_it_is_said_and_nothing_is_built(needy: Repository) -> None:
    (needy.root / "uv.lock").unlink()

    [missing] = found(needy, "lock-missing")

    assert (missing["severity"], missing["file"]) == ("warning", "pyproject.toml")
    assert missing["message"].startswith("There is no uv.lock")
    assert missing["advice"] == "run make setup or uv lock, and commit uv.lock"
    assert not list((needy.root / ".cache").rglob("dependencies.zip"))


@pytest.mark.sampled(2)
@pytest.mark.parametrize("lock", [True, False])
def test_own_files_that_are_too_large(needy: Repository, lock: bool) -> None:
    needy.write("big.bin", os.urandom(51 * MEGABYTE))
    if not lock:
        (needy.root / "uv.lock").unlink()

    refused = found(needy, "package-refused", *([] if lock else ["lock-missing"]))[0]

    assert refused["severity"] == "error"
    assert "51.0 MB zipped, and Lambda allows 50 MB" in refused["message"]
    assert "your source files 51.0 MB" in refused["advice"]


def test_own_files_that_are_too_large_unpacked(needy: Repository) -> None:
    (needy.root / "uv.lock").unlink()
    with needy.write("big.bin").open("wb") as file:
        file.truncate(size_limits.MAX_UNPACKED_BYTES)

    refused = found(needy, "package-refused", "lock-missing")[0]

    assert "250.0 MB unpacked, and Lambda allows 250 MB" in refused["message"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("timeout = 0", "timeout-invalid"),
        ("memory-size = 1", "memory-size-invalid"),
    ],
)
def test_another_mistake_hides_nothing(
    needy: Repository, line: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    needy.write(
        "pyproject.toml", (needy.root / "pyproject.toml").read_text().replace("version = 1\n", f"version = 1\n{line}\n")
    )
    monkeypatch.setattr(size_limits, "MAX_UNPACKED_BYTES", 10)

    refused = next(one for one in found(needy, code, "package-refused") if one["code"] == "package-refused")

    assert "Lambda allows 10 bytes" in refused["message"]


def test_source_that_is_not_valid_is_told_once(needy: Repository) -> None:
    needy.write("index.py", "def f(:\n")
    found(needy, "import-failed")

    needy.write("index.py", INDEX)
    needy.write("hooks/broken.py", "def f(:\n")
    [refused] = found(needy, "package-refused")

    assert "hooks/broken.py, line 1" in refused["message"]


@pytest.mark.parametrize("lock", [True, False])
def test_an_entry_point_that_git_ignores(needy: Repository, lock: bool) -> None:
    needy.write(".gitignore", "index.py\n")
    initialise(needy.root)
    if not lock:
        (needy.root / "uv.lock").unlink()

    refused = found(needy, "package-refused", *([] if lock else ["lock-missing"]))[0]

    assert "No index.py for the handler index.handler among the plugin's source files" in refused["message"]
    assert "make sure that git does not ignore it" in refused["advice"]


def test_where_the_index_cannot_be_reached_it_is_unknown(needy: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    manifest, lock = needy.root / "pyproject.toml", needy.root / "uv.lock"
    index = "http://127.0.0.1:9/simple"
    [wheel] = needy.wheels.iterdir()
    manifest.write_text(re.sub("no-index = true", f'index-url = "{index}"', manifest.read_text()))
    manifest.write_text(re.sub("find-links = .*", "", manifest.read_text()))
    locked = re.sub(r'registry = "[^"]+"', f'registry = "{index}"', lock.read_text())
    lock.write_text(re.sub(r'path = "[^"]+"', f'url = "{index}/{wheel.name}", hash = "sha256:{"0" * 64}"', locked))

    [unknown] = found(needy, "package-unknown")

    assert unknown["severity"] == "warning"
    assert "Cannot check the package: Cannot install the dependencies" in unknown["message"]
    assert unknown["advice"] == "try again where the package index can be reached"


def test_what_cannot_be_written_is_unknown(needy: Repository) -> None:
    needy.write(".cache/biot-plugin", "no folder")

    [unknown] = found(needy, "package-unknown")

    assert unknown["severity"] == "warning"
    assert unknown["advice"] == "make it writable"
