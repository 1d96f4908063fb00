"""Distributions that are on no index are packaged from where they are installed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.scaffold.packages import PYTHON, Repository

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def locked(repository: Repository, source: str, version: str = "1.0") -> None:
    """Write a lock with one distribution that comes from somewhere."""
    repository.needs("local-thing", lock=False)
    repository.write(
        "uv.lock",
        f"""
        version = 1
        [[package]]
        name = "demo"
        source = {{ virtual = "." }}
        dependencies = [{{ name = "local-thing" }}]
        [package.metadata]
        requires-dist = [{{ name = "local-thing" }}]
        [[package]]
        name = "local-thing"
        version = "{version}"
        source = {source}
        """,
    )


def installed(repository: Repository, files: dict[str, str], origin: dict[str, Any] | None) -> Path:
    """Put a distribution into the plugin's environment."""
    folder = repository.root / ".venv" / "lib" / f"python{PYTHON}" / "site-packages"
    dist_info = "local_thing-1.0.dist-info"
    files = {
        **files,
        f"{dist_info}/METADATA": "Metadata-Version: 2.1\nName: Local_Thing\nVersion: 1.0\n",
        f"{dist_info}/INSTALLER": "tests\n",
        "../../../bin/tool": "#!\n",
        **({f"{dist_info}/direct_url.json": json.dumps(origin)} if origin else {}),
    }
    files[f"{dist_info}/RECORD"] = "".join(f"{name},,\n" for name in (*files, f"{dist_info}/RECORD"))
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_from_git(repository: Repository) -> None:
    locked(repository, f"{{ git = 'https://host/thing.git?subdirectory=a#{COMMIT}' }}")
    origin = {"url": "https://host/thing.git", "vcs_info": {"vcs": "git", "commit_id": COMMIT}}
    installed(repository, {"local_thing.py": "X = 1\n", "__pycache__/local_thing.pyc": ""}, origin)

    package = repository.packaged("--report")

    dist_info = "local_thing-1.0.dist-info"
    assert package.sources == [f"{dist_info}/METADATA", f"{dist_info}/RECORD", "local_thing.py", "index.py"]
    assert package.read("local_thing.py") == b"X = 1\n"
    assert {part["name"] for part in package.document["parts"]} == {None, "local-thing"}
    bill = json.loads(Path(package.document["sbom"]).read_text())
    assert [component.get("purl") for component in bill["components"]] == [None]


def test_from_a_folder_that_is_linked(repository: Repository, tmp_path: Path) -> None:
    sources = tmp_path / "thing" / "src"
    for name in ("local_thing/__init__.py", "local_thing/inner/data.txt", "second.py", "local_thing/__pycache__/x.pyc"):
        (sources / name).parent.mkdir(parents=True, exist_ok=True)
        (sources / name).write_text("")
    (sources / "local_thing.egg-info").mkdir()
    (sources / "local_thing.egg-info" / "PKG-INFO").touch()
    locked(repository, "{ editable = '../thing' }")
    origin = {"url": (tmp_path / "thing").as_uri(), "dir_info": {"editable": True}}
    installed(repository, {"_local_thing.pth": f"{sources}\n"}, origin)

    first = repository.packaged()
    assert set(first.sources) == {
        *("index.py", "second.py", "local_thing/__init__.py", "local_thing/inner/data.txt"),
        *("local_thing-1.0.dist-info/METADATA", "local_thing-1.0.dist-info/RECORD"),
    }
    assert b"second.py,sha256=" in first.read("local_thing-1.0.dist-info/RECORD")

    (sources / "second.py").write_text("CHANGED = 1\n")
    second = repository.packaged()
    assert second.read("second.py") == b"CHANGED = 1\n"
    assert second.document["contentHash"] != first.document["contentHash"]


def test_of_a_projects_own_folder_only_its_module_is_taken(repository: Repository, tmp_path: Path) -> None:
    for name in ("pyproject.toml", "tests/test_x.py", "local_thing/__init__.py"):
        (tmp_path / "thing" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "thing" / name).write_text("")
    locked(repository, "{ editable = '../thing' }")
    origin = {"url": (tmp_path / "thing").as_uri(), "dir_info": {"editable": True}}
    installed(repository, {"_local_thing.pth": f"{tmp_path / 'thing'}\n"}, origin)

    assert [name for name in repository.packaged().sources if "dist-info" not in name] == [
        "local_thing/__init__.py",
        "index.py",
    ]


HERE = {"url": "file:///thing", "dir_info": {"editable": False}}


@pytest.mark.parametrize(
    ("files", "origin", "version", "code", "message"),
    [
        (None, None, "1.0", 1, "not installed from /thing: run make setup"),
        ({"local_thing.py": ""}, None, "1.0", 1, "only from a package index"),
        ({"local_thing.py": ""}, {**HERE, "url": "file:///other"}, "1.0", 1, "only from /other"),
        ({"local_thing.py": ""}, HERE, "2.0", 1, "only in version 1.0, while the lock file has 2.0"),
        ({"_local_thing.pth": "import _local_thing_finder\n"}, HERE, "1.0", 4, "build its wheel"),
    ],
)
def test_what_is_not_there_as_the_lock_says(
    repository: Repository,
    files: dict[str, str] | None,
    origin: dict[str, Any] | None,
    version: str,
    code: int,
    message: str,
) -> None:
    locked(repository, "{ directory = '/thing' }", version)
    if files:
        installed(repository, files, origin)

    refused = repository.package()

    assert (refused.exit_code, refused.err.count("\n")) == (code, 1)
    assert message in refused.err
    assert "local-thing" in refused.err
