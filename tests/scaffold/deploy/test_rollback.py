"""Older code, deployed again from a machine that has nothing but a clone of the repository."""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from pathlib import Path

import pytest

from biot_emulator.testing import Emulator
from biot_plugin_cli.git.runner import git
from biot_plugin_cli.manifest.environment_variables import COMMIT_VARIABLE, VERSIONS_VARIABLE
from tests.faulty_registry import FaultyRegistry
from tests.scaffold.clones import cloned, committed
from tests.scaffold.deployments import FIRST, HOOKED, SECOND, answer, configured, deploy, hook, shown
from tests.scaffold.faulty_platform import FaultyPlatform
from tests.scaffold.packages import Repository, make_wheel
from tests.scaffold.pushed_images import as_image

pytestmark = pytest.mark.slow

THIRD, FOURTH = FIRST.replace("1", "3"), FIRST.replace("1", "4")


def variables(emulator: Emulator) -> dict[str, str]:
    found = shown(emulator)
    assert found
    result: dict[str, str] = found["environmentVariables"]
    return result


def versions(plugin: Repository) -> list[list[object]]:
    rows = plugin.program("versions", "--json").document
    return [[row["version"], row["knownFrom"], row["rollback"], row["codeOf"]] for row in rows]


def refused(plugin: Repository, *arguments: object) -> str:
    """The sentence with which a rollback is refused."""
    done = plugin.program("rollback", "--yes", *arguments)
    assert done.exit_code in (1, 4), done.err
    return done.err.splitlines()[-1]


@pytest.fixture(autouse=True)
def temporary(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give these tests a folder of their own for what is temporary: others roll back at the same time."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("tmp")))


def leftovers() -> list[Path]:
    return [*Path(tempfile.gettempdir()).glob("biot-plugin-commit-*")]


def test_any_clone_rolls_back_by_commit(
    plugin: Repository,
    emulator: Emulator,
    platform: FaultyPlatform,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = committed(plugin, index=FIRST)
    made = deploy(plugin)
    assert (made["commit"], made["clean"], made["untracked"]) == (first, True, [])
    assert variables(emulator)[COMMIT_VARIABLE] == first
    second = committed(plugin, index=SECOND)
    deploy(plugin)
    other = committed(plugin, index=FOURTH)
    third = committed(plugin, index=THIRD)
    deploy(plugin)

    clone = cloned(plugin, tmp_path / "elsewhere", monkeypatch)
    assert versions(clone) == [
        [3, ["platform", "git"], None, None],
        [2, ["platform", "git"], "--to 2", None],
        [1, ["platform", "git"], "--to 1", None],
    ]
    before = variables(emulator)
    assert refused(clone, "--commit", other).startswith(
        f"error: The build of the commit {other[:12]} is not what was deployed: its content is "
    )
    assert refused(clone, "--commit", "nothing") == (
        f"error: 'nothing' is no commit of the repository of {clone.root}: run git fetch (with --unshallow in a "
        "shallow clone), or see git log"
    )
    # Not as an option of git's.
    assert "'--all' is no commit" in refused(clone, "--commit=--all")
    assert variables(emulator) == before

    back = clone.program("rollback", "--yes", "--json", "--commit", second[:10])
    assert back.exit_code == 0, back.err
    assert (back.document["version"], back.document["codeOf"], back.document["commit"]) == (4, 2, second)
    assert answer(emulator) == {"n": 2}
    # Not the third one, which was rolled back from; and its package is built, as it is nowhere.
    again = clone.program("rollback", "--yes", "--json")
    assert (again.document["version"], again.document["codeOf"]) == (5, 1), again.err
    assert f"its commit {first[:12]} is built" in again.err
    assert answer(emulator) == {"n": 1}
    assert "so there is nothing to roll back to" in refused(clone)
    assert clone.program("rollback", "--yes", "--to", "5").out == "demo has the code of version 5 already\n"
    assert versions(clone)[0] == [5, ["platform", "folder", "git"], None, 1]
    assert variables(emulator)[COMMIT_VARIABLE] == first
    assert third[:16] in variables(emulator)[VERSIONS_VARIABLE]

    # Nothing remains of the builds.
    assert git(clone.root, "worktree", "list").count("\n") == 0
    assert git(clone.root, "status", "--porcelain", "--untracked-files=no") == ""
    assert leftovers() == []
    # What is equal is stored once.
    assert len([*(clone.root / ".biot-plugin").rglob("*.zip")]) == 2


def test_a_commit_whose_build_differs_is_refused(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    make_wheel(plugin.wheels, "helper", {"helper.py": "VALUE = 1\n"})
    plugin.needs("helper")
    committed(plugin, index=FIRST)
    deploy(plugin)
    deployed = variables(emulator)
    make_wheel(plugin.wheels, "helper", {"helper.py": "VALUE = 2\n"}, version="2.0")
    plugin.needs("helper")
    another_lock = committed(plugin)
    assert "is not what was deployed: its content is" in refused(plugin, "--commit", another_lock)
    file = plugin.root / "pyproject.toml"
    file.write_text(file.read_text().replace("helper", "helpers"))
    stale_lock = committed(plugin)
    assert refused(plugin, "--commit", stale_lock).startswith(
        f"error: The commit {stale_lock[:12]} cannot be built: uv.lock is out of date with the dependencies in"
    )
    file.unlink()
    no_plugin = committed(plugin)
    file.write_text("")
    git(plugin.root, "checkout", "--quiet", "HEAD~1", "--", "pyproject.toml")
    assert f"The commit {no_plugin[:12]} cannot be built" in refused(plugin, "--commit", no_plugin)
    assert variables(emulator) == deployed
    assert leftovers() == []


def test_another_runtime_of_the_same_files_is_not_what_was_deployed(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    committed(plugin, index=FIRST)
    deploy(plugin)
    other = "python3.12" if plugin.runtime != "python3.12" else "python3.13"
    file = plugin.root / "pyproject.toml"
    python = plugin.runtime.removeprefix("python")
    # Files that need nothing are the same for any Python.
    file.write_text(file.read_text().replace(plugin.runtime, other).replace(f"=={python}.*", ">=3.10"))
    (plugin.root / "uv.lock").unlink()
    commit = committed(plugin)
    assert f"it is for {other}, and version 1 was for {plugin.runtime}" in refused(plugin, "--commit", commit)


def test_what_was_not_committed_is_said_and_recorded(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = committed(plugin, index=FIRST)
    plugin.write("index.py", SECOND)
    plugin.write("more.py", "")
    plugin.write("README.md", "not packaged\n")
    done = plugin.program("deploy", "--yes", "--json")
    assert done.exit_code == 0, done.err
    assert (done.document["clean"], done.document["untracked"]) == (False, ["more.py"])
    assert f"  {first[:12]}, with uncommitted changes" in done.err
    assert (
        "warning: the folder has uncommitted changes (index.py), so this version can be built again from no" in done.err
    )
    assert "note: more.py: git does not track what goes into the package; run git add, or list it in" in done.err
    assert variables(emulator)[COMMIT_VARIABLE] == f"{first}+changes"
    artefact = Path(shutil.copytree(plugin.root / "dist", tmp_path / "artefacts")) / "demo.zip"

    committed(plugin, index=THIRD)
    deploy(plugin)
    clone = cloned(plugin, tmp_path / "elsewhere", monkeypatch)
    assert refused(clone) == (
        f"error: Version 1, whose package is not in this folder, was deployed from the commit {first[:16]} with "
        "uncommitted changes: pass --package with the package of that deployment, or choose another version with --to"
    )
    assert "which was deployed from this commit, from a folder with uncommitted changes, is" in refused(
        clone, "--commit", first
    )
    back = clone.program("rollback", "--yes", "--json", "--package", artefact)
    assert back.exit_code == 0, back.err
    assert (back.document["version"], back.document["codeOf"]) == (3, 1)
    assert answer(emulator) == {"n": 2}
    assert variables(emulator)[COMMIT_VARIABLE] == f"{first}+changes"


def test_an_artefact_is_deployed_if_it_is_what_was_deployed(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform, tmp_path: Path
) -> None:
    hook(plugin)
    committed(plugin)
    deploy(plugin)
    first = Path(shutil.copy(plugin.root / "dist" / "demo.zip", tmp_path / "first.zip"))
    found = shown(emulator)
    assert found
    subscriptions, cron = found["subscriptions"], found["cronSchedule"]
    plugin.write("index.py", HOOKED.replace("0 3", "0 4").replace("order=5", "order=6"))
    deploy(plugin)
    shutil.rmtree(plugin.root / ".biot-plugin")

    other = tmp_path / "other.zip"
    with zipfile.ZipFile(first) as source, zipfile.ZipFile(other, "w") as target:
        for entry in source.infolist():
            target.writestr(entry, source.read(entry) + (b"\n" if entry.filename == "index.py" else b""))
    assert "The package other.zip is not what was deployed: its content is" in refused(plugin, "--package", other)
    assert "is no package (it is no zip file, or damaged)" in refused(plugin, "--package", plugin.write("x.zip", "x"))
    assert "Cannot read" in refused(plugin, "--package", tmp_path / "missing.zip")
    both = plugin.program("rollback", "--package", first, "--to", 1)
    assert (both.exit_code, "--to and --package each say what to roll back to" in both.err) == (2, True)
    builder = plugin.program("rollback", "--builder", "layers", "--yes")
    assert (builder.exit_code, "--builder is for container images" in builder.err) == (2, True)

    # Bytecode is not in the content hash, and would run: it is made again.
    cache = next(name for name in zipfile.ZipFile(first).namelist() if name.startswith("__pycache__/index."))
    forged = tmp_path / "forged.zip"
    with zipfile.ZipFile(first) as source, zipfile.ZipFile(forged, "w") as target:
        for entry in source.infolist():
            target.writestr(entry, b"forged" if entry.filename == cache else source.read(entry))
    back = plugin.program("rollback", "--yes", "--json", "--package", forged)
    assert back.exit_code == 0, back.err
    found = shown(emulator)
    assert found
    assert (found["subscriptions"], found["cronSchedule"]) == (subscriptions, cron)
    [stored] = (plugin.root / ".biot-plugin").rglob("*.zip")
    with zipfile.ZipFile(stored) as archive, zipfile.ZipFile(first) as original:
        assert archive.read(cache) == original.read(cache)


def test_a_disabled_plugin_is_deployed_and_stays_so(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    deploy(plugin)
    assert plugin.program("disable").exit_code == 0
    plugin.write("index.py", SECOND)
    done = plugin.program("deploy", "--yes", "--json")
    assert done.document["disabled"] is True
    assert "warning: demo stays DISABLED, so the platform does not call its hooks and schedule" in done.err


def test_equal_code_has_no_version_of_its_own_whatever_its_commit(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    first = committed(plugin, index=FIRST)
    deploy(plugin)
    plugin.write("README.md", "more\n")
    committed(plugin)
    assert deploy(plugin)["action"] == "none"
    configured(plugin, timeout=7)
    assert deploy(plugin)["version"] == 1
    assert variables(emulator)[COMMIT_VARIABLE] == first


def test_people_see_which_versions_there_are(plugin: Repository, emulator: Emulator, platform: FaultyPlatform) -> None:
    first = committed(plugin, index=FIRST)
    deploy(plugin)
    plugin.write("index.py", SECOND)
    deploy(plugin)
    header, live, old = plugin.program("versions").out.splitlines()
    assert header.split() == ["version", "content", "commit", "known", "from", "roll", "back", "with"]
    assert live.split()[:2] == ["2", "(live)"]
    assert f"{first[:12]} with changes" in live
    assert old.rstrip().endswith("platform, this folder, git  --to 1")


def test_a_sentence_says_that_images_are_no_packages(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    deploy(plugin)
    file = plugin.root / "pyproject.toml"
    file.write_text(file.read_text().replace("version = 1\n", 'version = 1\npackage = "image"\n', 1))
    done = plugin.program("rollback", "--yes", "--package", "x.zip", "--json")
    assert (done.exit_code, "use --to or --commit" in json.loads(done.out)["error"]) == (4, True)


def test_the_image_of_a_commit_is_built_again(
    plugin: Repository,
    emulator: Emulator,
    registry: FaultyRegistry,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hook(plugin)
    as_image(plugin)
    first = committed(plugin)
    made = deploy(plugin)
    other = committed(plugin, index=HOOKED.replace("0 3", "0 5"))
    committed(plugin, index=HOOKED.replace("0 3", "0 4"))
    deploy(plugin)
    found = shown(emulator)
    assert found
    assert (found["cronSchedule"], found["environmentVariables"][COMMIT_VARIABLE] != first) == ("0 4 * * ? *", True)

    clone = cloned(plugin, tmp_path / "elsewhere", monkeypatch)
    assert "is not what was deployed" in refused(clone, "--commit", other)
    back = clone.program("rollback", "--yes", "--json", "--commit", first)
    assert back.exit_code == 0, back.err
    assert (back.document["codeOf"], back.document["contentHash"]) == (1, made["contentHash"])
    # The layers are there already.
    assert back.document["image"]["bytesSent"] == 0
    found = shown(emulator)
    assert found
    assert found["cronSchedule"] == "0 3 * * ? *"
