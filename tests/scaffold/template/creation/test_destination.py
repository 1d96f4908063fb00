"""Where a new repository can be created, and that nothing changes there where it cannot."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git import runner
from biot_plugin_cli.git.runner import git
from biot_plugin_cli.template.creation import destination as destination_module
from biot_plugin_cli.template.creation.destination import Destination, Staging, staged
from biot_plugin_cli.terminal import signals
from tests.scaffold.support import Program, entries

FILES = {"index.py": "x = 1\n", ".gitignore": "secret.txt\n", "secret.txt": "", "hooks/mine.py": ""}


def make(folder: Path) -> str:
    """Create a repository as `new-plugin` does, of a few files."""
    with staged(Destination.of(folder)) as staging:
        for name, text in FILES.items():
            (staging.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (staging.folder / name).write_text(text, encoding="utf-8")
        commit = staging.publish("Create it")
    assert commit
    return commit


def assert_made(folder: Path, commit: str) -> None:
    assert entries(folder) == [".git", ".gitignore", "hooks", "index.py", "secret.txt"]
    assert git(folder, "rev-list", "--all") == git(folder, "rev-parse", "HEAD") == commit
    assert git(folder, "ls-files").splitlines() == sorted(FILES)
    assert git(folder, "status", "--porcelain") == ""


def initialised(folder: Path) -> None:
    subprocess.run(["git", "init", "--quiet", "--initial-branch", "trunk", folder], check=True)


def cloned(folder: Path) -> None:
    origin = folder.with_name("origin.git")
    subprocess.run(["git", "init", "--quiet", "--bare", origin], check=True)
    subprocess.run(["git", "clone", "--quiet", origin, folder], check=True, capture_output=True)


def linked(folder: Path) -> None:
    real = folder.with_name("real")
    real.mkdir()
    folder.symlink_to(real)


def abandoned(folder: Path) -> None:
    """What a killed program has left."""
    (folder / ".new-plugin-abcd1234.scratch" / "plugin").mkdir(parents=True)


PLACES: dict[str, Callable[[Path], object]] = {
    "missing": lambda folder: None,
    "empty": Path.mkdir,
    "a new repository": initialised,
    "a clone of nothing": cloned,
    "a link": linked,
    "abandoned": abandoned,
}


@pytest.mark.parametrize("name", PLACES)
def test_a_repository_in_a_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "demo"
    PLACES[name](folder)
    before = folder.stat() if folder.exists() else None
    assert_made(folder, make(folder))
    assert folder.is_symlink() == (name == "a link")
    if before:
        after = folder.stat()
        assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)
    if name == "a new repository":
        assert git(folder, "branch", "--show-current") == "trunk"
    if name == "a clone of nothing":
        assert git(folder, "remote") == "origin"


@pytest.mark.parametrize("path", [".", "./", "../here", "../here/.", "below/.."])
def test_the_folder_of_the_shell_stays_the_same(tmp_path: Path, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    if path.startswith("below"):
        (tmp_path / "elsewhere" / "below").mkdir(parents=True)
        monkeypatch.chdir(tmp_path / "elsewhere" / "below")
        path = "../../here"
    commit = make(Path(path))
    assert_made(here, commit)


def test_the_folder_above_is_the_one_above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real" / "above" / "below").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real" / "above" / "below")
    monkeypatch.chdir(tmp_path / "link")
    with pytest.raises(OperationFailed, match="is not empty"):
        make(Path(".."))
    with staged(Destination.of(Path("../beside"))) as staging:
        assert staging.destination.folder == tmp_path / "real" / "above" / "beside"


@pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="this system has no other file system to write to")
def test_another_file_system(tmp_path: Path) -> None:
    parent = Path("/dev/shm", f"biot-plugin-{os.getpid()}")
    parent.mkdir()
    try:
        (tmp_path / "demo").symlink_to(parent)
        assert_made(parent, make(tmp_path / "demo"))
        shutil.rmtree(parent)
        parent.mkdir()
        assert_made(parent / "sub", make(tmp_path / "demo" / "sub"))
    finally:
        shutil.rmtree(parent)


def with_file(folder: Path) -> None:
    folder.mkdir()
    (folder / "mine.txt").touch()


def with_commit(folder: Path) -> None:
    with_file(folder)
    initialised(folder)
    runner.commit_all(folder, "Begin")
    (folder / "mine.txt").unlink()


def with_index(folder: Path) -> None:
    with_file(folder)
    initialised(folder)
    git(folder, "add", "mine.txt")
    (folder / "mine.txt").unlink()


def with_broken_repository(folder: Path) -> None:
    (folder / ".git").mkdir(parents=True)


def with_repository_of_another(folder: Path) -> None:
    folder.mkdir()
    initialised(folder.with_name("other"))
    (folder / ".git").write_text(f"gitdir: {folder.with_name('other') / '.git'}\n")
    git(folder.with_name("other"), "config", "core.worktree", str(folder.with_name("other")))


def with_initial_files(folder: Path, *names: str) -> None:
    """What a hosting service puts into a new repository."""
    cloned(folder)
    for name in names:
        (folder / name).write_text(f"{name} of the service\n")
    runner.commit_all(folder, "Initial commit")


def with_a_changed_readme(folder: Path) -> None:
    with_initial_files(folder, "README.md")
    (folder / "README.md").write_text("mine\n")


def with_a_new_licence(folder: Path) -> None:
    with_initial_files(folder, "README.md")
    (folder / "LICENSE").write_text("mine\n")


def with_a_removed_readme(folder: Path) -> None:
    with_initial_files(folder, "README.md", "LICENSE")
    (folder / "README.md").unlink()


def with_a_licence_alone(folder: Path) -> None:
    folder.mkdir()
    (folder / "LICENSE").touch()


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a file": (Path.touch, "Not a directory"),
    "a pipe": (os.mkfifo, "Not a directory"),
    "a link to nothing": (lambda folder: folder.symlink_to("nothing"), "is a link to a folder that does not exist"),
    "a link to itself": (lambda folder: folder.symlink_to(folder), "Too many levels of symbolic links"),
    "a file in it": (with_file, "is not empty: choose an empty folder"),
    "a repository with a commit": (with_commit, "has files in it already"),
    "a repository with an index": (with_index, "has files in it already"),
    "a licence and no repository": (with_a_licence_alone, "is not empty: choose an empty folder"),
    "a readme and code": (lambda folder: with_initial_files(folder, "README.md", "a.py"), "is not empty"),
    "a changed readme": (with_a_changed_readme, "has uncommitted changes: commit them first"),
    "a new licence": (with_a_new_licence, "has uncommitted changes: commit them first"),
    "a removed readme": (with_a_removed_readme, "has files in it already"),
    "a broken repository": (with_broken_repository, "cannot be used"),
    "the repository of another folder": (with_repository_of_another, "is not the top folder of its repository"),
}


def snapshot(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.rglob("*") if "objects" not in path.parts)


@pytest.mark.parametrize("name", REFUSED)
def test_a_folder_that_cannot_be_used_is_left_alone(tmp_path: Path, name: str) -> None:
    prepare, sentence = REFUSED[name]
    folder = tmp_path / "demo"
    prepare(folder)
    before = snapshot(tmp_path)
    with pytest.raises(OperationFailed, match=sentence):
        make(folder)
    assert snapshot(tmp_path) == before


def test_what_a_hosting_service_puts_into_a_repository_stays_or_is_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with_initial_files(folder, "README.md", "LICENSE", ".gitattributes", ".gitignore")
    (folder / ".gitignore").write_text("# Python\n*.egg\nsecret.txt\n\nbuild/\n")
    first = runner.commit_all(folder, "Ignore more")
    with staged(Destination.of(folder)) as staging:
        staging.folder.mkdir()
        for name, text in {**FILES, "README.md": "of the plugin\n"}.items():
            (staging.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (staging.folder / name).write_text(text, encoding="utf-8")
        assert staging.destination.replaced == {"README.md", ".gitignore"}

        commit = staging.publish("Create it")

    assert git(folder, "rev-parse", "HEAD^", "HEAD").split() == [first, commit]
    assert git(folder, "status", "--porcelain") == ""
    assert (folder / "README.md").read_text() == "of the plugin\n"
    assert (folder / "LICENSE").read_text() == "LICENSE of the service\n"
    assert (folder / ".gitignore").read_text() == "secret.txt\n\n# Python\n*.egg\nbuild/\n"
    assert git(folder, "show", "HEAD^:README.md") == "README.md of the service"


def test_an_interruption_brings_replaced_files_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "demo"
    with_initial_files(folder, "README.md", ".gitignore")
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}

    def commit_and_fail(folder: Path, *_: object, **__: object) -> None:
        git(folder, "add", "--all")
        raise KeyboardInterrupt

    monkeypatch.setattr(destination_module, "commit_all", commit_and_fail)

    def run() -> None:
        with staged(Destination.of(folder)) as staging:
            fill(staging)
            (staging.folder / "README.md").write_text("of the plugin")
            (staging.folder / ".gitignore").write_text("x")
            staging.publish("Create it")

    with pytest.raises(KeyboardInterrupt):
        run()

    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
    assert git(folder, "status", "--porcelain") == ""


def test_the_repository_around_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    outer = tmp_path / "outer"
    initialised(outer)
    (outer / ".gitignore").write_text("build/\n")
    (outer / "plugins").mkdir()

    def surrounding(name: str) -> Path | None:
        return Destination.of(outer / name).surrounding_repository()

    assert surrounding("demo") == surrounding("plugins") == surrounding("plugins/a/demo") == outer
    assert surrounding("build/demo") is None
    assert Destination.of(tmp_path / "demo").surrounding_repository() is None
    assert Destination.of(outer / ".git" / "demo").surrounding_repository() is None


def test_a_repository_around_that_git_refuses_to_read_is_no_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    initialised(tmp_path / "outer")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")

    with pytest.raises(OperationFailed, match=r"git config --global --add safe\.directory"):
        Destination.of(tmp_path / "outer" / "demo").surrounding_repository()


@pytest.mark.parametrize("name", PLACES)
def test_files_without_a_commit(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "demo"
    PLACES[name](folder)
    with staged(Destination.of(folder)) as staging:
        fill(staging)
        assert staging.publish(None) is None

    assert entries(folder) == [*([".git"] if staging.destination.has_repository else []), "index.py"]
    if staging.destination.has_repository:
        assert git(folder, "status", "--porcelain") == "?? index.py"


def test_the_branch_is_the_repositorys_or_the_users(tmp_path: Path) -> None:
    assert Destination.of(tmp_path / "missing" / "demo").branch() == "main"
    initialised(tmp_path / "demo")
    assert Destination.of(tmp_path / "demo").branch() == "trunk"
    Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text("[init]\ndefaultBranch = master\n")
    assert Destination.of(tmp_path / "missing" / "demo").branch() == "master"


@pytest.fixture
def handled() -> Iterator[None]:
    with signals.handled():
        yield


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("moment", ["before", "while it is moved", "while it is committed"])
def test_an_interruption_leaves_the_folder_as_it_was(
    tmp_path: Path, name: str, moment: str, monkeypatch: pytest.MonkeyPatch, handled: None
) -> None:
    folder = tmp_path / "demo"
    PLACES[name](folder)
    if name == "abandoned":
        shutil.rmtree(folder)
        folder.mkdir()
    before = snapshot(tmp_path)

    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    def commit_and_fail(folder: Path, *_: object, **__: object) -> None:
        git(folder, "add", "--all")
        raise KeyboardInterrupt

    if moment == "while it is committed":
        monkeypatch.setattr(destination_module, "commit_all", commit_and_fail)
    if moment == "while it is moved":
        monkeypatch.setattr(Path, "rename", fail)
        monkeypatch.setattr(os, "rename", fail)

    def run() -> None:
        with staged(Destination.of(folder)) as staging:
            fill(staging)
            if moment == "before":
                with signals.uninterrupted():
                    signal.raise_signal(signal.SIGTERM)
            staging.publish("Create it")

    with pytest.raises(KeyboardInterrupt):
        run()
    assert snapshot(tmp_path) == before


def fill(staging: Staging) -> None:
    staging.folder.mkdir(parents=True)
    (staging.folder / "index.py").touch()


def test_what_appears_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    with pytest.raises(OperationFailed, match="was created meanwhile"), staged(Destination.of(folder)) as staging:
        fill(staging)
        (staging.folder / "a.txt").touch()
        (folder / "index.py").write_text("mine")
        staging.publish("Create it")
    assert entries(folder) == ["index.py"]
    assert (folder / "index.py").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="an administrator may write everywhere")
def test_a_folder_that_cannot_be_written_is_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OperationFailed, match="Permission denied"):
        make(tmp_path)
    assert entries(tmp_path) == []


@pytest.mark.slow
def test_the_program_creates_a_plugin_where_it_is(
    create: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "night-watch"
    cloned(folder)
    monkeypatch.chdir(folder)
    made = create(".", "--defaults")
    assert (made.exit_code, made.err) == (0, "")
    assert made.out.startswith("Created the plugin night-watch in .. Next:\n  make test")
    assert git(folder, "status", "--porcelain") == ""
    (tmp_path / "above" / "below").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "above" / "below")
    other = create("../../day-watch/", "--defaults", "--json").document
    assert (other["name"], other["path"]) == ("day-watch", str(tmp_path / "day-watch"))
