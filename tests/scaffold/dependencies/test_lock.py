"""What a plugin needs on the target, from each kind of lock; uv is the oracle of its own."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import tomllib
from packaging.pylock import Pylock

from biot_plugin_cli.dependencies.lock import locked_distributions
from biot_plugin_cli.dependencies.locked_distribution import Locked, Origin, Wheel, best_wheel
from biot_plugin_cli.dependencies.project import Project
from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.plugin.package_target import Target
from biot_plugin_cli.plugin.repository import Plugin
from tests.scaffold.packages import PYTHON, THIS, UV, Repository, make_wheel, path_without, run, uv_lock

MINOR = int(PYTHON.partition(".")[2])
TARGET = Target(THIS)


def needed(repository: Repository, target: Target = TARGET) -> list[Locked]:
    plugin = Plugin.read(repository.root)
    return locked_distributions(Project.of(plugin.root, plugin.file.document), target)[0]


def named(locked: list[Locked]) -> dict[str, str | None]:
    return {one.name: one.version for one in locked}


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

    found = needed(repository)

    assert named(found) == dict.fromkeys(["extra-a", "here", "many", "shared"], "1.0")
    assert {one.name: one.needed_by for one in found}["shared"] == "many"
    assert named(found) == _exported(repository.root)


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

    assert named(needed(repository)) == {"split": "2.0"}


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

    assert named(needed(repository)) == {"mine": "1.0"}


@pytest.mark.slow
def test_a_pylock(repository: Repository) -> None:
    for name in ("top", "below", "windows"):
        make_wheel(repository.wheels, name, needs=["below"] if name == "top" else [])
    repository.needs("top", "windows; sys_platform == 'win32'")
    options = ["--quiet", "--frozen", "--no-emit-project", "--format", "pylock.toml", "-o", "pylock.toml"]
    run(UV, "export", *options, "--python", sys.executable, cwd=repository.root)
    from_uv_lock = needed(repository)
    (repository.root / "uv.lock").unlink()

    found = needed(repository)

    assert named(found) == named(from_uv_lock) == {"top": "1.0", "below": "1.0"}
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

    sources = {one.name: one.source for one in needed(repository)}

    assert sources["thing"] == Origin(str(thing))
    assert isinstance(sources["other"], Wheel)
    assert sources["other"].url == wheel.as_uri()


def test_without_a_lock_and_without_such_wheels(repository: Repository) -> None:
    make_wheel(repository.wheels, "thing", tag="cp36-cp36m-win32")
    repository.needs("thing", lock=False)

    refused = repository.package()

    assert refused.exit_code == 4
    last = refused.err.splitlines()[-1]
    assert last.startswith("error: The dependencies cannot be had as wheels for Python")
    assert "thing" in last


def test_without_a_lock_and_without_uv(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.needs("thing", lock=False)
    monkeypatch.setenv("PATH", path_without("uv"))
    monkeypatch.setattr(sys, "prefix", "/nowhere")

    with pytest.raises(InvalidPlugin, match=r"neither uv\.lock nor pylock\.toml"):
        needed(repository)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"thing"', '"thing>=1"', "older than the dependencies"),
        ('["thing"]', "[]", "older than the dependencies"),
        ('["thing"]', '["thing", "another"]', "older than the dependencies"),
        ('"thing"', '"thing>>1"', "A dependency in pyproject.toml is wrong"),
        (f"=={PYTHON}.*", f"<{PYTHON}", "make them agree"),
        ('name = "demo"\n            version = "0"', 'name = "x"\nversion = "0"', None),
    ],
)
def test_a_lock_that_does_not_fit(repository: Repository, before: str, after: str, said: str | None) -> None:
    make_wheel(repository.wheels, "thing")
    repository.needs("thing")
    manifest = repository.root / "pyproject.toml"
    assert before in manifest.read_text()
    manifest.write_text(manifest.read_text().replace(before, after))

    if said is None:
        assert named(needed(repository)) == {"thing": "1.0"}
        return
    with pytest.raises(InvalidPlugin, match=said):
        needed(repository)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version = 1\n[", "cannot be read"),
        ("version = 2\n", "newer kind"),
        ("version = 1\n", "not of the project beside it"),
        (
            "version = 1\n[[package]]\nname='demo'\nsource={virtual='.'}\ndependencies=[{name='thing'}]\n"
            "[package.metadata]\nrequires-dist=[{name='thing'}]\n",
            "lacks thing",
        ),
    ],
)
def test_a_lock_that_is_damaged(repository: Repository, text: str, said: str) -> None:
    repository.needs("thing", lock=False)
    repository.write("uv.lock", text)

    with pytest.raises(InvalidPlugin, match=said) as refused:
        needed(repository)
    assert "uv.lock" in str(refused.value)


def test_requirements_that_would_be_forgotten(repository: Repository) -> None:
    repository.write("requirements.txt", "requests\n")

    with pytest.raises(InvalidPlugin, match=r"requirements\.txt is no lock"):
        needed(repository)


@pytest.mark.parametrize(
    ("runtime", "platform", "fits"),
    [
        ("python3.10", "manylinux2014_x86_64", True),
        ("python3.11", "manylinux_2_17_x86_64", True),
        ("python3.11", "manylinux_2_28_x86_64", False),
        ("python3.12", "manylinux_2_28_x86_64", True),
        ("python3.13", "manylinux_2_34_x86_64", True),
        ("python3.13", "manylinux_2_35_x86_64", False),
        ("python3.13", "manylinux_2_28_aarch64", False),
        ("python3.13", "musllinux_1_2_x86_64", False),
        ("python3.14", "manylinux1_x86_64", True),
        ("python3.14", "any", True),
        ("python3.14", "macosx_11_0_arm64", False),
    ],
)
def test_the_systems_of_the_runtimes(runtime: str, platform: str, fits: bool) -> None:
    found = best_wheel([f"https://host/a%2Bb/thing-1.0-py3-none-{platform}.whl"], Target(runtime))

    assert (found is not None) == fits


def test_the_best_wheel() -> None:
    number = f"cp3{MINOR}"
    wheels = [
        f"thing-1.0-{number}-{number}-manylinux2014_x86_64.whl",
        "thing-1.0-py3-none-any.whl",
        "thing-1.0-1-cp38-abi3-manylinux2014_x86_64.whl",
        "thing-1.0-cp38-abi3-manylinux2014_x86_64.whl",
        f"thing-1.0-{number}-{number}t-manylinux2014_x86_64.whl",
        f"thing-1.0-cp3{MINOR + 1}-abi3-manylinux2014_x86_64.whl",
        "thing-1.0.tar.gz",
        "nonsense.whl",
    ]

    chosen = []
    while (best := best_wheel(wheels, TARGET)) is not None:
        chosen.append(wheels.index(best))
        wheels[wheels.index(best)] = "taken"

    assert chosen == [0, 2, 3, 1]


def test_the_requirement_is_of_that_wheel_alone() -> None:
    indexed = Locked("thing", "1.0", Wheel("https://host/thing-1.0-py3-none-any.whl", "ab12"))
    direct = Locked("thing", "1.0", Wheel("file:///w/thing-1.0-py3-none-any.whl", "ab12", indexed=False))

    assert indexed.requirement == "thing==1.0 --hash=sha256:ab12"
    assert direct.requirement == "thing @ file:///w/thing-1.0-py3-none-any.whl#sha256=ab12"
    with pytest.raises(TypeError):
        _ = Locked("thing", None, Origin("/sources")).requirement


def test_the_name_of_the_target() -> None:
    assert re.fullmatch(r"Python 3\.13 on x86_64 Linux with glibc 2\.34", str(Target("python3.13")))
