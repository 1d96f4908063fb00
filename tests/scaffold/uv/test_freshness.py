"""Whether a lock file is up to date, asked of uv: without a network, and whatever the user has set for all projects."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from biot_plugin_cli.dependencies import lock
from biot_plugin_cli.dependencies.errors import InvalidLock, StaleLock
from biot_plugin_cli.dependencies.lock import locked_distributions
from biot_plugin_cli.dependencies.pyproject import Project
from biot_plugin_cli.git.runner import git, initialise
from biot_plugin_cli.plugin.package_target import Target
from biot_plugin_cli.uv.freshness import Verdict, ask
from biot_plugin_cli.uv.workspace import load_pyproject
from tests.scaffold.packages import PYTHON, THIS, UV, Repository, make_wheel, uv_lock

pytestmark = pytest.mark.slow

Commit = Callable[[Path, str], str]
NOWHERE = "http://127.0.0.1:9/simple"

# It needs no other distribution to be built, and reads what it depends on from a table of its own.
BACKEND = """
import tomllib
def prepare_metadata_for_build_wheel(directory, config=None):
    import pathlib
    folder = pathlib.Path(directory, "computed-1.dist-info")
    folder.mkdir()
    needs = tomllib.loads(pathlib.Path("pyproject.toml").read_text())["tool"]["backend"]["needs"]
    lines = ["Metadata-Version: 2.1", "Name: computed", "Version: 1", *("Requires-Dist: " + name for name in needs)]
    folder.joinpath("METADATA").write_text("\\n".join(lines))
    folder.joinpath("WHEEL").write_text("Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any")
    return folder.name
def build_wheel(*arguments): raise SystemExit("not to be built")
build_editable = build_sdist = build_wheel
prepare_metadata_for_build_editable = prepare_metadata_for_build_wheel
"""
COMPUTED = """
[project]
name = "computed"
version = "1"
dynamic = ["dependencies"]
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[tool.backend]
needs = ["thing"]
"""


def load_project(root: Path) -> Project:
    return Project.of(root, load_pyproject(root))


@pytest.fixture
def locked(repository: Repository) -> Repository:
    for version in ("1.0", "2.0"):
        make_wheel(repository.wheels, "thing", version=version)
    repository.needs("thing")
    return repository


def check(repository: Repository) -> None:
    locked_distributions(load_project(repository.root), Target(THIS))


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "variables",
    [
        *({"UV_RESOLUTION": "lowest"}, {"UV_PRERELEASE": "allow"}, {"UV_EXCLUDE_NEWER": "2020-01-01"}),
        *({"UV_DEFAULT_INDEX": NOWHERE}, {"UV_INDEX_URL": NOWHERE}, {"UV_FIND_LINKS": "/nowhere"}),
        *({"UV_FROZEN": "1"}, {"UV_LOCKED": "1"}, {"UV_NO_CONFIG": "1"}, {"UV_PYTHON": "2.7"}),
        *({"UV_PROJECT": "/nowhere"}, {"UV_WORKING_DIR": "/nowhere"}, {"UV_CONFIG_FILE": "/nowhere"}),
        *({"UV_NO_SOURCES": "1"}, {"UV_CONSTRAINT": "/nowhere"}, {"UV_REQUIRE_HASHES": "1"}, {"RUST_LOG": "off"}),
        *({"UV_OFFLINE": "1"}, {"HTTPS_PROXY": "http://127.0.0.1:9"}, {"PYTHONHOME": "/nowhere"}),
    ],
    ids=lambda variables: next(iter(variables)),
)
def test_no_setting_of_the_users_makes_it_stale(
    locked: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variables: dict[str, str]
) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    if "UV_CONFIG_FILE" in variables:
        settings = tmp_path / "uv.toml"
        settings.write_text("resolution = 'lowest'\n")
        monkeypatch.setenv("UV_CONFIG_FILE", str(settings))

    assert ask(UV, locked.root, Path(sys.executable), offline=True).verdict is Verdict.FRESH
    check(locked)


def test_it_may_have_been_made_with_the_users_settings(locked: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_RESOLUTION", "lowest")
    uv_lock(locked.root)
    assert 'resolution-mode = "lowest"' in (locked.root / "uv.lock").read_text()

    check(locked)

    monkeypatch.delenv("UV_RESOLUTION")
    with pytest.raises(StaleLock, match=r"\(resolution changed\)"):
        check(locked)


def test_without_a_network_a_lock_that_is_stale_is_told_from_one_that_is_not(
    locked: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))
    manifest = locked.root / "pyproject.toml"
    text = manifest.read_text()
    manifest.write_text(text.replace("no-index = true", f"index-url = '{NOWHERE}'"))
    check(locked)

    manifest.write_text(text.replace('["thing"]', '["thing", "more"]').replace("no-index = true", ""))
    with pytest.raises(StaleLock, match=r"more in the dependencies of demo changed"):
        check(locked)


def test_what_only_a_build_can_tell(locked: Repository) -> None:
    computed = locked.root / "computed"
    locked.write("computed/backend.py", BACKEND)
    locked.write("computed/pyproject.toml", COMPUTED)
    make_wheel(locked.wheels, "other")
    locked.needs("computed", uv="\n[tool.uv.sources]\ncomputed = { path = 'computed' }")
    check(locked)

    (computed / "pyproject.toml").write_text(COMPUTED.replace('["thing"]', '["thing", "other"]'))

    with pytest.raises(StaleLock, match=r"out of date .* \(mismatched requirements for computed==1\): run uv lock"):
        check(locked)


@pytest.mark.parametrize("uv", [UV, None], ids=["uv", "nothing"])
def test_another_revision_of_a_git_repository(
    locked: Repository, tmp_path: Path, commit: Commit, monkeypatch: pytest.MonkeyPatch, uv: Path | None
) -> None:
    source = tmp_path / "source"
    (source / "inner").mkdir(parents=True)
    (source / "inner" / "pyproject.toml").write_text(
        "[project]\nname = 'inner'\nversion = '1'\ndependencies = ['thing']\n"
    )
    initialise(source)
    commit(source, "First")
    git(source, "tag", "v1")
    git(source, "tag", "v2")
    table = f"{{ git = '{source.as_uri()}', tag = 'v1', subdirectory = 'inner' }}"
    locked.needs("inner", uv=f"\n[tool.uv.sources]\ninner = {table}")
    monkeypatch.setattr(lock, "installed", lambda root: iter([uv] if uv else []))
    check(locked)

    manifest = locked.root / "pyproject.toml"
    for change in ("tag = 'v2'", "rev = 'v1'", "branch = 'v1'"):
        text = manifest.read_text()
        manifest.write_text(text.replace("tag = 'v1'", change))
        with pytest.raises(StaleLock):
            check(locked)
        manifest.write_text(text)


def test_an_interpreter_that_does_not_fit_is_no_reason(locked: Repository) -> None:
    answer = ask(UV, locked.root, Path("/nowhere/python"), offline=True)

    assert answer.verdict is Verdict.UNKNOWN


def test_the_lock_of_another_folder_is_not_that_of_the_workspace(locked: Repository) -> None:
    around = locked.root.parent
    (around / "pyproject.toml").write_text("[tool.uv.workspace]\nmembers = ['plugin']\n")

    with pytest.raises(InvalidLock, match=r"member of the workspace in .*: remove it, then run uv lock") as refused:
        check(locked)
    assert refused.value.code == "lock-invalid"

    (around / "pyproject.toml").write_text("[tool.uv.workspace]\nmembers = ['*']\nexclude = ['plugin']\n")
    check(locked)


def test_a_pylock_that_lacks_what_is_declared(locked: Repository) -> None:
    (locked.root / "uv.lock").unlink()
    text = "lock-version = '1.0'\ncreated-by = 'x'\n[[packages]]\nname = 'thing'\nversion = '1.0'\n"
    wheel = next(locked.wheels.glob("thing-1.0-*"))
    text += f"wheels = [{{ path = '{wheel}', hashes = {{ sha256 = 'x' }} }}]\n"
    locked.write("pylock.toml", text)
    check(locked)

    for change in ('["thing>=2"]', '["thing", "more"]'):
        locked.write("pylock.toml", text)
        manifest = locked.root / "pyproject.toml"
        before = manifest.read_text()
        manifest.write_text(before.replace('["thing"]', change))
        with pytest.raises(StaleLock, match=r"pylock\.toml is out of date .*: recreate it"):
            check(locked)
        manifest.write_text(before)


def test_it_is_not_copied_with_its_folder(locked: Repository, tmp_path: Path) -> None:
    shutil.copytree(locked.root, tmp_path / "copy" / "plugin")
    (tmp_path / "copy" / "plugin" / "pyproject.toml").write_text(
        (locked.root / "pyproject.toml").read_text().replace(f"=={PYTHON}.*", f">={PYTHON}")
    )

    with pytest.raises(StaleLock, match=r"requires-python changed"):
        locked_distributions(load_project(tmp_path / "copy" / "plugin"), Target(THIS))
