"""Everything that a uv.lock records of its projects, changed: refused with a uv to ask, and without."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import tomllib
from hypothesis import HealthCheck, given, settings, strategies as st

from biot_plugin_cli.dependencies import lock
from biot_plugin_cli.dependencies.errors import StaleLock
from biot_plugin_cli.dependencies.lock import locked_distributions
from biot_plugin_cli.dependencies.pyproject import Project
from biot_plugin_cli.plugin.package_target import Target
from biot_plugin_cli.uv.lock_comparison import find_change
from biot_plugin_cli.uv.workspace import load_pyproject
from tests.scaffold.packages import PYTHON, THIS, UV, make_wheel, uv_lock

TARGET = Target(THIS)

LIBRARY = """
[project]
name = "library"
version = "1"
dependencies = ["thing"]
[project.optional-dependencies]
more = ["big"]
[build-system]
requires = []
build-backend = "library"
backend-path = ["."]
"""

ROOT = """
[tool.uv]
no-index = true
find-links = ["wheels"]
constraint-dependencies = ["thing<5", "other>=1; sys_platform == 'linux'"]
override-dependencies = ["big>=1"]
exclude-dependencies = ["absent"]
build-constraint-dependencies = ["setuptools<99"]
environments = ["sys_platform == 'linux'", "sys_platform == 'darwin'"]
required-environments = ["sys_platform == 'linux'"]
conflicts = [[{ extra = "a", package = "demo" }, { extra = "b", package = "demo" }]]
resolution = "highest"
prerelease = "explicit"
fork-strategy = "fewest"
exclude-newer = "2100-01-01T00:00:00Z"
exclude-newer-package = { other = "2100-01-01T00:00:00Z" }
dependency-metadata = [{ name = "remote", version = "1.0", requires-dist = ["thing"] }]
[tool.uv.sources]
member = { workspace = true }
[tool.uv.workspace]
members = ["plugin", "member"]
exclude = []
"""

PLUGIN = f"""
[project]
name = "demo"
version = "0"
requires-python = "=={PYTHON}.*"
dependencies = [
    "big[x,y]>=1",
    "dev; sys_platform == 'win32'",
    "member",
    "library[more]",
    "other>=1,<3; python_version >= '3.8'",
    "picked",
    "thing>=1",
]
[project.optional-dependencies]
a = ["other>=1"]
b = ["other<3"]
[dependency-groups]
dev = ["dev", {{ include-group = "tools" }}]
tools = ["thing<4"]
[tool.uv]
package = false
[tool.uv.sources]
library = {{ path = "../../library", editable = true }}
picked = [{{ path = "../wheels/picked-1.0-py3-none-any.whl", marker = "sys_platform == 'linux'" }}]
"""

MEMBER = """
[project]
name = "member"
version = "1"
dependencies = ["thing<3"]
[tool.uv]
package = false
"""


def load_project(root: Path) -> Project:
    return Project.of(root, load_pyproject(root))


def write(folder: Path, pyproject: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(pyproject)


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with something of everything, and a library that is outside of it."""
    around = tmp_path_factory.mktemp("locked")
    for name in ("big", "dev", "other", "picked", "remote", "thing"):
        for version in ("1.0", "2.0"):
            make_wheel(around / "all" / "wheels", name, version=version)
    write(around / "all", ROOT)
    write(around / "all" / "plugin", PLUGIN)
    write(around / "all" / "member", MEMBER)
    write(around / "library", LIBRARY)
    uv_lock(around / "all")
    return around


@pytest.fixture(params=["uv", "nothing"])
def asked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Who is asked: uv, or nobody."""
    monkeypatch.setattr(lock, "installed", lambda root: iter([UV] if request.param == "uv" else []))
    return str(request.param)


def needed(plugin: Path) -> set[str]:
    return {distribution.name for distribution in locked_distributions(load_project(plugin), TARGET)[0]}


CHANGES = {
    "a marker removed": ("plugin", """dev; sys_platform == 'win32'""", "dev", "dev in the dependencies of demo"),
    "a marker changed": ("plugin", "'win32'", "'darwin'", "dev in the dependencies of demo"),
    "a marker added": ("plugin", '"thing>=1"', '''"thing>=1; sys_platform == 'linux'"''', "thing in the dependencies"),
    "a marker of a Python version": ("plugin", ">= '3.8'", f"> '{PYTHON}'", "other in the dependencies of demo"),
    "a specifier": ("plugin", "thing>=1", "thing>=2", "thing in the dependencies of demo"),
    "an extra of a requirement": ("plugin", "big[x,y]", "big[x]", "big in the dependencies of demo"),
    "a requirement removed": ("plugin", '    "thing>=1",\n', "", "thing in the dependencies of demo"),
    "a requirement added": ("plugin", '"thing>=1",', '"thing>=1", "remote",', "remote in the dependencies of demo"),
    "another wheel": ("plugin", "picked-1.0-", "picked-2.0-", "picked in the dependencies of demo"),
    "the marker of a source": ("plugin", "'linux'", "'darwin'", "picked in the dependencies of demo"),
    "a source removed": ("plugin", "picked = [", "unused = [", "picked in the dependencies of demo"),
    "a wheel by URL": ("plugin", '"picked"', '"picked @ https://host/picked-1.0-py3-none-any.whl"', "picked in the"),
    "a path to a git repository": (
        "plugin",
        'library = { path = "../../library", editable = true }',
        'library = { git = "https://host/library", rev = "v1" }',
        "library in the dependencies of demo",
    ),
    "an extra": ("plugin", 'b = ["other<3"]', 'b = ["other<4"]', "other in the dependencies of demo"),
    "an extra added": ("plugin", 'b = ["other<3"]', 'b = ["other<3"]\nc = []', "the extras of demo"),
    "a group": ("plugin", "thing<4", "thing<3", "thing in the dependency group"),
    "a group added": ("plugin", "tools =", 'new = ["big"]\ntools =', "big in the dependency group new"),
    "requires-python": ("plugin", f"=={PYTHON}.*", f">={PYTHON}", "requires-python"),
    "the version": ("plugin", 'version = "0"', 'version = "1"', "the version of demo"),
    "constraints": ("", "thing<5", "thing<4", "constraint-dependencies"),
    "the marker of a constraint": ("", "other>=1; sys_platform == 'linux'", "other>=1", "constraint-dependencies"),
    "overrides": ("", '["big>=1"]', '["big>=1", "thing>=1"]', "override-dependencies"),
    "excludes": ("", '["absent"]', '["absent", "dev"]', "exclude-dependencies"),
    "build constraints": ("", "setuptools<99", "setuptools<98", "build-constraint-dependencies"),
    "environments": ("", ", \"sys_platform == 'darwin'\"]", "]", "environments"),
    "required environments": (
        "",
        "required-environments = [\"sys_platform == 'linux'\"]",
        "required-environments = [\"sys_platform == 'darwin'\"]",
        "required-environments",
    ),
    "conflicts": ("", '"b", package', '"c", package', "conflicts"),
    "resolution": ("", '"highest"', '"lowest"', "resolution"),
    "prerelease": ("", '"explicit"', '"allow"', "prerelease"),
    "fork strategy": ("", '"fewest"', '"requires-python"', "fork-strategy"),
    "a date": ("", 'exclude-newer = "2100', 'exclude-newer = "2050', "exclude-newer"),
    "a span": ("", 'exclude-newer = "2100-01-01T00:00:00Z"', 'exclude-newer = "2 days"', "exclude-newer"),
    "a date removed": ("", 'exclude-newer = "2100-01-01T00:00:00Z"\n', "", "exclude-newer"),
    "the date of a package": ("", "{ other = ", "{ thing = ", "exclude-newer-package"),
    "metadata": ("", '= ["thing"] }', '= ["dev"] }', "dependency-metadata"),
    "a folder of wheels": ("", 'find-links = ["wheels"]', 'find-links = ["../wheels"]', "the index wheels is not"),
    "a member removed": ("", '"plugin", "member"', '"plugin"', "member"),
    "a member's dependency": ("member", "thing<3", "thing<2", "thing in the dependencies of member"),
    "a library that needs more": (
        "../library",
        '["thing"]',
        '["thing", "other"]',
        "other in the dependencies of library",
    ),
    "the extra of a library": ("../library", '["big"]', '["big", "dev"]', "dev in the dependencies of library"),
    "the name of a member": ("member", 'name = "member"', 'name = "renamed"', "member"),
}


@pytest.mark.sampled(3)
@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changed_makes_it_stale(locked: Path, tmp_path: Path, asked: str, change: str) -> None:
    folder, before, after, said = CHANGES[change]
    shutil.copytree(locked, tmp_path, dirs_exist_ok=True)
    file = tmp_path / "all" / folder / "pyproject.toml"
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))
    if change == "a folder of wheels":
        shutil.copytree(tmp_path / "all" / "wheels", tmp_path / "wheels")

    with pytest.raises(StaleLock, match=r"uv\.lock is out of date with the dependencies .*: run uv lock$") as refused:
        needed(tmp_path / "all" / "plugin")

    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.code == "lock-stale"


@pytest.mark.slow
def test_what_was_not_changed_is_fresh_wherever_it_is(locked: Path, tmp_path: Path, asked: str) -> None:
    shutil.copytree(locked, tmp_path, dirs_exist_ok=True)

    assert needed(tmp_path / "all" / "plugin") == {"big", "library", "other", "picked", "thing"}


SINGLE = """
[project]
name = "demo"
version = "0"
{project}
[tool.uv]
package = false
no-index = true
find-links = ["wheels"]
{more}
"""

FRESH = {
    "nothing": ("", ""),
    "no requires-python": ("dependencies = ['thing']", ""),
    "a range": (f"requires-python = '>={PYTHON},<4,!=3.99.*'\ndependencies = ['Thing>=1.0,!=1.5']", ""),
    "compatible": ("requires-python = '~=3.8'\ndependencies = ['thing~=1.0', 'thing<3', 'Big==2.*']", ""),
    "a marker that always holds": ("requires-python = '>=3.8'\ndependencies = ['thing; python_version >= \"3\"']", ""),
    "a marker that never holds": ("requires-python = '>=3.10'\ndependencies = ['thing; python_version < \"3.9\"']", ""),
    "markers": (
        'dependencies = [\'thing; (os_name == "nt" or sys_platform != "linux") and python_full_version > "3.10.2"\', '
        '\'big; platform_machine in "arm64 aarch64" or implementation_name == "pypy"\']',
        "",
    ),
    "twice": ("dependencies = ['thing<2; sys_platform == \"linux\"', 'thing; sys_platform != \"linux\"']", ""),
    "extras": ("[project.optional-dependencies]\nA_b = ['thing', 'demo[c]']\nc = ['big; os_name == \"posix\"']", ""),
    "an empty extra": ("[project.optional-dependencies]\na = []", ""),
    "groups": (
        "",
        "dev-dependencies = ['big']\n[dependency-groups]\nDev = ['thing', {include-group = 'x'}]\nx = ['other']",
    ),
    "an empty group": ("", "[dependency-groups]\nx = []"),
    "default groups": ("", "default-groups = ['x']\n[dependency-groups]\nx = ['thing']"),
    "a group with a Python of its own": (
        f"requires-python = '>={PYTHON}'",
        "[tool.uv.dependency-groups]\nx = {requires-python = '>=3.10'}\n[dependency-groups]\nx = ['thing']",
    ),
    "an index": ("dependencies = ['thing']", "[[tool.uv.index]]\nname = 'own'\nurl = 'wheels'\nformat = 'flat'"),
    "a source that is an index": (
        "dependencies = ['thing']",
        "[tool.uv.sources]\nthing = {index = 'own'}\n"
        "[[tool.uv.index]]\nname = 'own'\nurl = 'wheels'\nformat = 'flat'\nexplicit = true",
    ),
    "a source for an extra": (
        "[project.optional-dependencies]\nx = ['thing>=1']",
        "[tool.uv.sources]\nthing = [{path = 'wheels/thing-1.0-py3-none-any.whl', extra = 'x'}]",
    ),
    "a source for a group": (
        "dependencies = ['big']",
        "[dependency-groups]\ng = ['thing']\n"
        "[tool.uv.sources]\nthing = [{path = 'wheels/thing-1.0-py3-none-any.whl', group = 'g'}]",
    ),
    "two sources": (
        "dependencies = ['thing>=1']",
        "[tool.uv.sources]\nthing = ["
        "{path = 'wheels/thing-1.0-py3-none-any.whl', marker = 'sys_platform == \"linux\"'}, "
        "{path = 'wheels/thing-2.0-py3-none-any.whl', marker = 'sys_platform == \"darwin\"'}]",
    ),
    "a source that nobody needs": ("", "[tool.uv.sources]\nthing = {path = 'nowhere'}"),
    "a wheel by its path": ("dependencies = ['thing @ file://{wheels}/thing-1.0-py3-none-any.whl']", ""),
    "one environment": ("dependencies = ['thing']", "environments = 'sys_platform == \"linux\"'"),
    "overlapping environments": ("dependencies = ['thing']", "environments = ['os_name == \"posix\"']"),
    "conflicts": (
        "[project.optional-dependencies]\na = ['thing<2']\nb = ['thing>=2']",
        "conflicts = [[{extra = 'a'}, {extra = 'b'}]]",
    ),
    "conflicting groups": (
        "",
        "conflicts = [[{group = 'a'}, {group = 'b'}]]\n[dependency-groups]\na = ['thing<2']\nb = ['thing>=2']",
    ),
    "an override": ("dependencies = ['thing']", "override-dependencies = ['thing==1.0; sys_platform == \"linux\"']"),
    "a day": ("dependencies = []", "exclude-newer = '2025-06-01'"),
    "a span": (
        "dependencies = []",
        "exclude-newer = '2 weeks'\nexclude-newer-package = {thing = '3 days', big = false}",
    ),
    "modes": ("dependencies = ['thing>=1']", "resolution = 'lowest-direct'\nprerelease = 'if-necessary'"),
    "a library with a setup.py": ("dependencies = ['old']", "[tool.uv.sources]\nold = {path = 'old'}"),
}


@pytest.mark.slow
@pytest.mark.parametrize("project", FRESH)
def test_what_uv_has_just_locked_is_fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project: str) -> None:
    for name in ("big", "other", "thing"):
        for version in ("1.0", "2.0"):
            make_wheel(tmp_path / "wheels", name, version=version)
    declared, more = FRESH[project]
    write(tmp_path, SINGLE.format(project=declared.replace("{wheels}", str(tmp_path / "wheels")), more=more))
    if "explicit" in more:
        file = tmp_path / "pyproject.toml"
        file.write_text(file.read_text().replace("no-index = true", ""))
    if "old" in declared:
        write(tmp_path / "old", LIBRARY.replace('"library"', '"old"'))
    uv_lock(tmp_path)

    for uvs in ([UV], []):
        monkeypatch.setattr(lock, "installed", lambda root, uvs=uvs: iter(uvs))
        locked_distributions(load_project(tmp_path), TARGET)


_VERSIONS = st.sampled_from(["3", "3.9", "3.10", PYTHON, f"{PYTHON}.2", "3.14", "4"])
_ATOMS = st.one_of(
    st.builds("python_version {} '{}'".format, st.sampled_from(["<", ">=", ">", "<=", "==", "!="]), _VERSIONS),
    st.builds("python_full_version {} '{}'".format, st.sampled_from(["<", ">=", ">", "<="]), _VERSIONS),
    st.builds("sys_platform {} '{}'".format, st.sampled_from(["==", "!="]), st.sampled_from(["linux", "win32"])),
    st.builds("platform_machine {} '{}'".format, st.sampled_from(["==", "in", "not in"]), st.just("x86_64 arm64")),
    st.builds("'{}' == os_name".format, st.sampled_from(["posix", "nt"])),
)
_MARKERS = st.recursive(
    _ATOMS, lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner), max_leaves=4
)


@pytest.mark.slow
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(markers=st.lists(_MARKERS, min_size=6, max_size=6), python=st.sampled_from(["", ">=3.8", f"=={PYTHON}.*"]))
def test_uv_may_write_a_marker_as_it_likes(
    tmp_path_factory: pytest.TempPathFactory, markers: list[str], python: str
) -> None:
    folder = tmp_path_factory.mktemp("markers")
    names = [f"thing{number}" for number in range(len(markers))]
    for name in names:
        make_wheel(folder / "wheels", name)
    texts = [f"{name}; {marker}" for name, marker in zip(names, markers, strict=True)]
    project = (f"requires-python = '{python}'\n" if python else "") + f"dependencies = {json.dumps(texts)}"
    write(folder, SINGLE.format(project=project, more=""))
    uv_lock(folder)

    document = tomllib.loads((folder / "uv.lock").read_text())

    assert find_change(folder, folder / "uv.lock", document) is None
    other = {**document, "requires-python": ">=3.7"}
    assert find_change(folder, folder / "uv.lock", other) == ("requires-python changed" if python else None)
