"""What a plugin needs on the target, from each kind of lock; uv is the oracle of its own."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import tomllib
from packaging.pylock import Pylock

from biot_plugin_cli.dependencies.lock import locked_distributions
from biot_plugin_cli.dependencies.locked_distribution import LockedDistribution, Origin, Wheel
from biot_plugin_cli.dependencies.pyproject import Project
from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.plugin.package_target import Target
from biot_plugin_cli.plugin.repository import Plugin
from tests.scaffold.packages import PYTHON, THIS, UV, Repository, make_wheel, path_without, run, uv_lock
from tests.scaffold.support import started_programs

MINOR = int(PYTHON.partition(".")[2])
TARGET = Target(THIS)


def needed(repository: Repository, target: Target = TARGET) -> list[LockedDistribution]:
    plugin = Plugin.read(repository.root)
    return locked_distributions(Project.of(plugin.root, plugin.file.document), target)[0]


def versions(locked: list[LockedDistribution]) -> dict[str, str | None]:
    return {distribution.name: distribution.version for distribution in locked}


def test_what_was_resolved_before_takes_no_process(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    make_wheel(repository.wheels, "thing")
    repository.needs("thing", lock=False)
    first = needed(repository)
    started = started_programs(monkeypatch)

    assert needed(repository) == first
    assert started == []


def test_markers_and_extras_are_those_of_the_target(repository: Repository) -> None:
    for name in ("here", "windows", "mac", "arm", "old", "extra-a", "extra-b", "dev", "shared"):
        make_wheel(repository.wheels, name.replace("-", "_"))
    needs = ["extra-a; extra == 'a'", "extra-b; extra == 'b'", "mac; sys_platform == 'darwin'", "shared"]
    wheel = make_wheel(repository.wheels, "many", needs=needs)
    _declare_extras(wheel, "a", "b")
    repository.needs(
        *("here; sys_platform == 'linux' and platform_machine == 'x86_64'", "windows; sys_platform == 'win32'"),
        *("arm; platform_machine == 'aarch64'", f"old; python_version < '{PYTHON}'", "many[a]"),
        uv="\n[dependency-groups]\ndev = ['dev', 'many[b]']",
    )

    distributions = needed(repository)

    assert versions(distributions) == dict.fromkeys(["extra-a", "here", "many", "shared"], "1.0")
    assert {distribution.name: distribution.needed_by for distribution in distributions}["shared"] == "many"
    assert versions(distributions) == _exported(repository.root)


def _declare_extras(wheel: Path, *extras: str) -> None:
    import zipfile

    with zipfile.ZipFile(wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["many-1.0.dist-info/METADATA"] += "".join(f"Provides-Extra: {extra}\n" for extra in extras).encode()
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def _exported(root: Path) -> dict[str, str | None]:
    """Ask uv what it would install for the target."""
    options = ["--quiet", "--frozen", "--no-dev", "--no-emit-project", "--format", "pylock.toml"]
    text = run(UV, "export", *options, "--python", sys.executable, cwd=root).stdout
    chosen = Pylock.from_dict(tomllib.loads(text)).select(environment=TARGET.marker_environment, tags=TARGET.tags)  # type: ignore[arg-type]
    return {str(package.name): str(package.version) for package, _ in chosen}


def test_two_versions_for_two_systems(repository: Repository) -> None:
    for version in ("1.0", "2.0"):
        make_wheel(repository.wheels, "split", version=version)
    repository.needs("split<2; sys_platform == 'darwin'", "split>=2; sys_platform == 'linux'")

    assert versions(needed(repository)) == {"split": "2.0"}


def test_a_member_of_a_workspace(repository: Repository) -> None:
    make_wheel(repository.wheels, "mine")
    make_wheel(repository.wheels, "others")
    repository.needs("mine", lock=False)
    manifest = repository.root / "pyproject.toml"
    settings = f"no-index = true\nfind-links = ['{repository.wheels}']\n"
    manifest.write_text(manifest.read_text().partition("[tool.uv]")[0] + "[tool.uv]\npackage = false\n")
    around = repository.root.parent
    (around / "pyproject.toml").write_text(
        f"[project]\nname = 'all'\nversion = '0'\nrequires-python = '=={PYTHON}.*'\ndependencies = ['others']\n"
        f"[tool.uv]\n{settings}[tool.uv.workspace]\nmembers = ['plugin']\n"
    )
    uv_lock(around)

    assert versions(needed(repository)) == {"mine": "1.0"}


@pytest.mark.slow
def test_a_pylock(repository: Repository) -> None:
    for name in ("top", "below", "windows"):
        make_wheel(repository.wheels, name, needs=["below"] if name == "top" else [])
    repository.needs("top", "windows; sys_platform == 'win32'")
    options = ["--quiet", "--frozen", "--no-emit-project", "--format", "pylock.toml", "-o", "pylock.toml"]
    run(UV, "export", *options, "--python", sys.executable, cwd=repository.root)
    from_uv_lock = needed(repository)
    (repository.root / "uv.lock").unlink()

    distributions = needed(repository)

    assert versions(distributions) == versions(from_uv_lock) == {"top": "1.0", "below": "1.0"}
    assert repository.packaged().sources.count("below.py") == 1


@pytest.mark.slow
def test_without_a_lock_the_newest_are_taken_and_kept(repository: Repository) -> None:
    make_wheel(repository.wheels, "thing")
    repository.needs("thing", lock=False)

    first = repository.packaged()
    make_wheel(repository.wheels, "thing", version="2.0")
    second = repository.packaged()
    (repository.root / "pyproject.toml").write_text(
        (repository.root / "pyproject.toml").read_text().replace('"thing"', '"thing>=1"')
    )
    third = repository.packaged()

    assert "commit uv.lock" in first.document["notes"][0]
    assert second.document == first.document
    assert "thing-2.0.dist-info/METADATA" in third.names
    assert not (repository.root / "uv.lock").exists()


def test_without_a_lock_paths_lead_where_they_should(repository: Repository) -> None:
    thing = repository.root.parent / "thing"
    thing.mkdir()
    (thing / "pyproject.toml").write_text("[project]\nname = 'thing'\nversion = '1'\n")
    wheel = make_wheel(repository.wheels, "other")
    repository.needs(
        "thing", "other", uv="\n[tool.uv.sources]\nthing = { path = '../thing', editable = true }", lock=False
    )

    sources = {distribution.name: distribution.source for distribution in needed(repository)}

    assert sources["thing"] == Origin(str(thing))
    assert isinstance(sources["other"], Wheel)
    assert sources["other"].url == wheel.as_uri()


def test_without_a_lock_and_without_such_wheels(repository: Repository) -> None:
    make_wheel(repository.wheels, "thing", tag="cp36-cp36m-win32")
    repository.needs("thing", lock=False)

    refused = repository.package()

    assert refused.exit_code == 4
    last = refused.err.splitlines()[-1]
    assert last.startswith("error: Cannot resolve the dependencies with wheels for Python")
    assert "thing" in last


def test_without_a_lock_and_without_uv(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.needs("thing", lock=False)
    monkeypatch.setenv("PATH", path_without("uv"))
    monkeypatch.setattr(sys, "prefix", "/nowhere")

    with pytest.raises(InvalidPlugin, match=r"Neither uv\.lock nor pylock\.toml"):
        needed(repository)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('"thing"', '"thing>=1"', "out of date with the dependencies"),
        ('["thing"]', "[]", "out of date with the dependencies"),
        ('["thing"]', '["thing", "another"]', "out of date with the dependencies"),
        ('"thing"', '"thing>>1"', "Invalid dependency"),
        (f"=={PYTHON}.*", f"<{PYTHON}", "change one of them"),
        ('name = "demo"\n            version = "0"', 'name = "x"\nversion = "0"', "the name of demo changed"),
    ],
)
def test_a_lock_that_does_not_fit(repository: Repository, before: str, after: str, message: str) -> None:
    make_wheel(repository.wheels, "thing")
    repository.needs("thing")
    manifest = repository.root / "pyproject.toml"
    assert before in manifest.read_text()
    manifest.write_text(manifest.read_text().replace(before, after))

    with pytest.raises(InvalidPlugin, match=message):
        needed(repository)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version = 1\n[", "Cannot read"),
        ("version = 2\n", "format version other than 1"),
        ("version = 1\n", "belongs to another project"),
        (
            "version = 1\n[[package]]\nname='demo'\nsource={virtual='.'}\ndependencies=[{name='thing'}]\n"
            "[package.metadata]\nrequires-dist=[{name='thing'}]\n",
            "has no package thing",
        ),
    ],
)
def test_a_lock_that_is_damaged(repository: Repository, text: str, message: str) -> None:
    repository.needs("thing", lock=False)
    repository.write("uv.lock", text)

    with pytest.raises(InvalidPlugin, match=message) as refused:
        needed(repository)
    assert "uv.lock" in str(refused.value)


def test_requirements_that_would_be_forgotten(repository: Repository) -> None:
    repository.write("requirements.txt", "requests\n")

    with pytest.raises(InvalidPlugin, match=r"requirements\.txt is not a lock file"):
        needed(repository)


def test_the_name_of_the_target() -> None:
    assert re.fullmatch(r"Python 3\.13 on x86_64 Linux with glibc 2\.34", str(Target("python3.13")))
