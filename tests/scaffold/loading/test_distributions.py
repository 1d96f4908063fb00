"""Which distribution of an environment a file belongs to."""

from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.loading.distributions import Environment, Owner
from biot_plugin_cli.loading.places import Place

#: As pip writes them, which ends lines with both characters, and as uv does.
RECORD = "".join(f"{line}{end}" for line, end in [
    ("pack/age.py,sha256=x,1", "\n"),
    ('"pack/a,b ""c"".csv",sha256=x,1', "\r\n"),
    ("pack/last.py,,", "\r\n"),
])  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, record in (("pack", RECORD), ("other", "other.py,,\n")):
        about = tmp_path / f"{name}-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Name: {name}\nVersion: 1.0\n", encoding="utf-8")
        (about / "RECORD").write_text(record, encoding="utf-8", newline="")
    return tmp_path


@pytest.mark.parametrize("file", ["pack/age.py", 'pack/a,b "c".csv', "pack/last.py"])
def test_a_file_is_that_of_the_distribution_that_lists_it(folder: Path, file: str) -> None:
    assert _owner(folder, folder, file) == Owner("pack")


@pytest.mark.parametrize("file", ["age.py", "ack/age.py", "pack/age.p", "pack", "pack/age.py,sha256=x", "sha256=x"])
def test_what_no_distribution_lists_is_nobodys(folder: Path, file: str) -> None:
    assert _owner(folder, folder, file) is None


def test_a_file_of_the_same_name_elsewhere_is_nobodys(folder: Path) -> None:
    assert _owner(folder, folder.parent, "pack/age.py") is None


def test_what_is_below_an_editable_installation_is_its(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    sources = tmp_path_factory.mktemp("sources")
    (folder / "pack-1.0.dist-info" / "direct_url.json").write_text(
        f'{{"url": "{sources.as_uri()}", "dir_info": {{"editable": true}}}}', encoding="utf-8"
    )
    assert _owner(folder, sources, "new.py") == Owner("pack", str(sources))
    assert _owner(folder, folder, "pack/age.py") == Owner("pack", str(sources))


def _owner(environment: Path, folder: Path, file: str) -> Owner | None:
    return Environment([str(environment)]).owner(Place("installed", f"{folder}/{file}", file, str(folder)))
