"""Real resolutions by uv, from a folder of wheels."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pytest

from biot_plugin_cli.check.dependencies import check_dependencies
from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.uv import program
from biot_plugin_cli.uv.program import find_uv
from tests.scaffold.packages import PYTHON, framework_wheel, uv_lock
from tests.scaffold.plugins import MANIFEST, THIS, check, codes, make_plugin, the_one
from tests.scaffold.support import CHECKOUT

pytestmark = pytest.mark.slow

THIS_TAG = f"cp{sys.version_info.major}{sys.version_info.minor}"
FOR_MAC = f"{THIS_TAG}-{THIS_TAG}-macosx_11_0_arm64"
FOR_LAMBDA = f"{THIS_TAG}-{THIS_TAG}-manylinux_2_17_x86_64"
UV = CHECKOUT / ".uv" / "bin" / "uv"


@pytest.fixture(autouse=True)
def uv_is_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(UV.parent), prepend=":")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))


def _wheel(folder: Path, name: str, tag: str, *requires: str) -> None:
    folder.mkdir(exist_ok=True)
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
    with zipfile.ZipFile(folder / f"{name}-1.0-{tag}.whl", "w") as wheel:
        info = f"{name}-1.0.dist-info"
        wheel.writestr(f"{info}/METADATA", metadata + "".join(f"Requires-Dist: {one}\n" for one in requires))
        wheel.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n")
        wheel.writestr(f"{info}/RECORD", "")


def _project(folder: Path, *dependencies: str, index: str = "no-index = true") -> Path:
    quoted = ", ".join(f'"{one}"' for one in dependencies)
    version = THIS.removeprefix("python")
    more = (
        f'\n[project]\nname = "demo"\nversion = "0"\nrequires-python = "=={version}.*"\ndependencies = [{quoted}]\n'
        f'\n[tool.uv]\npackage = false\n{index}\nfind-links = ["wheels"]\n'
    )
    return make_plugin(folder, more=more)


def _look(folder: Path, *, locked: bool) -> list[Finding]:
    """Give what is found but for the lock that is not there."""
    if locked:
        uv_lock(folder)
    found = check(folder).findings
    assert [one.severity for one in found if one.code == "lock-missing"] == ([] if locked else ["warning"])
    return [one for one in found if one.code != "lock-missing"]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("locked", [True, False])
def test_what_has_wheels_for_lambda_is_fine(tmp_path: Path, locked: bool) -> None:
    wheels = tmp_path / "wheels"
    _wheel(wheels, "pure", "py3-none-any", "native; sys_platform == 'linux'", "maconly; sys_platform == 'darwin'")
    _wheel(wheels, "native", FOR_LAMBDA)
    _wheel(wheels, "maconly", FOR_MAC)

    framework_wheel(wheels, whole=True)

    assert _look(_project(tmp_path, "pure", "biot-plugin"), locked=locked) == []


@pytest.mark.parametrize("locked", [True, False])
def test_what_has_none_is_named(tmp_path: Path, locked: bool) -> None:
    _wheel(tmp_path / "wheels", "pure", "py3-none-any", "maconly")
    _wheel(tmp_path / "wheels", "maconly", FOR_MAC)

    [found] = _look(_project(tmp_path, "pure"), locked=locked)

    assert (found.code, found.severity, found.file, found.line) == (
        "dependency-without-wheel",
        "error",
        "pyproject.toml",
        12,
    )
    assert THIS.removeprefix("python") in found.message
    assert "maconly" in found.message
    assert "pure" in found.message
    assert "\n" not in found.message


def test_what_is_nowhere_is_named(tmp_path: Path) -> None:
    _wheel(tmp_path / "wheels", "pure", "py3-none-any")

    [found] = _look(_project(tmp_path, "pure>=2"), locked=False)

    assert (found.code, found.severity) == ("dependency-without-wheel", "error")
    assert "pure" in found.message


def test_an_index_that_cannot_be_reached_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")  # uv would go on for ten seconds
    (tmp_path / "wheels").mkdir()
    _project(tmp_path, "nowhere-to-be-found", index='index-url = "http://127.0.0.1:9/simple"')

    [found] = _look(tmp_path, locked=False)

    assert (found.code, found.severity) == ("dependencies-unknown", "warning")
    assert "Cannot check whether the dependencies have wheels for Lambda: " in found.message
    assert "where the package index can be reached" in found.advice


def test_without_uv_and_without_a_lock_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "_candidates", lambda root: iter(()))
    (tmp_path / "wheels").mkdir()

    found = the_one(check(_project(tmp_path, "pure")))

    assert (found.code, found.severity) == ("lock-missing", "error")
    assert "install uv and run uv lock" in found.advice


@pytest.mark.parametrize(
    ("before", "after", "code", "line", "said", "advice"),
    [
        ('["pure"]', '["pure>=1"]', "lock-stale", 12, "out of date with the dependencies", "run uv lock"),
        (
            f'"=={PYTHON}.*"',
            f'"<{PYTHON}"',
            "requires-python-mismatch",
            11,
            "excludes the plugin's runtime",
            "change one of them",
        ),
        ('["pure"]', '["pure>>1"]', "dependency-invalid", 12, "'pure>>1'", "use the form"),
    ],
)
def test_each_mistake_has_a_code_of_its_own(
    tmp_path: Path, before: str, after: str, code: str, line: int, said: str, advice: str
) -> None:
    _wheel(tmp_path / "wheels", "pure", "py3-none-any")
    uv_lock(_project(tmp_path, "pure"))
    manifest = tmp_path / "pyproject.toml"
    manifest.write_text(manifest.read_text().replace(before, after))

    found = the_one(check(tmp_path))

    assert (found.code, found.severity, found.file, found.line) == (code, "error", "pyproject.toml", line)
    assert said in found.message
    assert advice in found.advice
    assert "\n" not in found.message


def test_a_lock_that_is_damaged_is_told(tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    _project(tmp_path, "pure")
    (tmp_path / "uv.lock").write_text("version = 1\n[")

    found = the_one(check(tmp_path))

    assert (found.code, found.severity) == ("lock-invalid", "error")
    assert f"Cannot read {tmp_path / 'uv.lock'}" in found.message
    assert found.advice == "run uv lock to recreate it"


def test_what_is_written_wrong_is_told_without_a_lock_too(tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()

    [found] = _look(_project(tmp_path, "pure>>1"), locked=False)

    assert (found.code, found.severity) == ("dependency-invalid", "error")


def test_a_lock_needs_neither_uv_nor_an_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _wheel(tmp_path / "wheels", "pure", "py3-none-any")
    uv_lock(_project(tmp_path, "pure"))
    monkeypatch.setattr(program, "_candidates", lambda root: iter(()))

    assert list(check_dependencies(Plugin.read(tmp_path))) == []


def test_the_plugins_own_uv_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / ".uv" / "bin").mkdir(parents=True)
    (tmp_path / ".uv" / "bin" / "uv").symlink_to(UV)

    assert find_uv(tmp_path) == tmp_path / ".uv" / "bin" / "uv"


def test_the_dependencies_of_a_dockerfile_are_its_own_matter(tmp_path: Path) -> None:
    manifest = MANIFEST + 'package = "image"\nimage = {builder = "engine"}\n'
    make_plugin(tmp_path, manifest=manifest, more='[project]\nname = "demo"\ndependencies = ["nowhere-to-be-found"]\n')
    (tmp_path / "Dockerfile").write_text('FROM scratch\nCMD ["index.handler"]\n')

    assert codes(check(tmp_path)) == []
