"""Which of the plugin's own files are in its package."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.runner import git, initialise
from biot_plugin_cli.package.source_files import list_source_files, read_source_files
from tests.scaffold.packages import AARCH64, INDEX, Repository, library, path_without, run
from tests.scaffold.support import program_file

pytestmark = pytest.mark.slow

Commit = Callable[[Path, str], str]

EXCLUDED = (
    *("tests/test_index.py", "events/pre_request.json", "docs/index.md", ".github/workflows/ci.yml", ".gitattributes"),
    *("README.md", "CHANGELOG.md", "Makefile", "scripts/find-python.sh", ".env", ".hidden/x.py", "old.zip"),
    *("hooks/__pycache__/x.cpython-311.pyc", "dist/old.zip", "uv.lock~"),
)
INCLUDED = ("hooks/a.py", "hooks/tests/b.py", "lab/events/c.py", "data/known.json", "deep/docs/d.txt", "empty.txt")


def fill(repository: Repository) -> None:
    for name in (*EXCLUDED, *INCLUDED):
        repository.write(name, "" if name == "empty.txt" else f"# {name}\n")


def test_what_git_tracks_or_would_track(repository: Repository, commit: Commit) -> None:
    fill(repository)
    repository.write(".gitignore", "ignored*\nkept/\n")
    repository.write("ignored.py")
    repository.write("kept/forced.txt", "1")
    initialise(repository.root)
    git(repository.root, "add", "--force", "kept/forced.txt")
    commit(repository.root, "All")
    repository.write("untracked.py")
    repository.write("gone.py")
    git(repository.root, "add", "gone.py")
    (repository.root / "gone.py").unlink()

    assert repository.packaged().sources == sorted([*INCLUDED, "index.py", "kept/forced.txt", "untracked.py"])


def test_without_a_repository(repository: Repository) -> None:
    fill(repository)

    assert repository.packaged().sources == sorted([*INCLUDED, "index.py"])


def test_without_git(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(repository)
    monkeypatch.setenv("PATH", path_without("git"))

    assert repository.packaged().sources == sorted([*INCLUDED, "index.py"])


def test_a_repository_without_git_is_refused_since_ignored_files_may_be_secrets(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    initialise(repository.root)
    monkeypatch.setenv("PATH", path_without("git"))

    refused = repository.package()

    assert (refused.exit_code, refused.err.count("\n")) == (1, 1)
    assert "install git" in refused.err


def test_a_plugin_deep_inside_of_a_repository(repository: Repository, commit: Commit) -> None:
    initialise(repository.root.parent)
    (repository.root.parent / "other.py").touch()
    commit(repository.root.parent, "All")

    assert repository.packaged().sources == ["index.py"]


def test_a_repository_within_the_repository(repository: Repository, commit: Commit) -> None:
    inner = repository.write("inner/code.py").parent
    repository.write("inner/secret.txt")
    repository.write("inner/.gitignore", "secret.txt\n")
    initialise(inner)
    commit(inner, "Inner")
    initialise(repository.root)

    assert repository.packaged().sources == ["index.py", "inner/code.py"]


@pytest.mark.parametrize("tracked", [True, False])
def test_symbolic_links(repository: Repository, tracked: bool) -> None:
    repository.write("texts/hello.txt", "hello")
    (repository.root / "greeting.txt").symlink_to("texts/hello.txt")
    if tracked:
        initialise(repository.root)
    assert repository.packaged().read("greeting.txt") == b"hello"

    (repository.root / "more").symlink_to("texts")
    refused = repository.package()
    assert (refused.exit_code, refused.err.count("\n")) == (4, 1)
    assert "The symbolic link more does not lead to a file" in refused.err


@pytest.mark.parametrize("tracked", [True, False])
@pytest.mark.parametrize(
    "target", ["../secret.txt", "{outside}/secret.txt", "{outside}", "in/../../secret.txt", "twice"]
)
def test_symbolic_links_that_lead_out_are_refused(repository: Repository, target: str, tracked: bool) -> None:
    outside = repository.root.parent
    (outside / "secret.txt").write_text("of this machine")
    repository.write("in/other.txt")
    (repository.root / "twice").symlink_to("../secret.txt")
    (repository.root / "config.txt").symlink_to(target.format(outside=outside))
    if target != "twice":
        (repository.root / "twice").unlink()
    if tracked:
        initialise(repository.root)

    refused = repository.package()

    assert (refused.exit_code, refused.err.count("\n")) == (4, 1)
    assert "The symbolic link config.txt leads out of the plugin's folder: replace it with a copy" in refused.err
    assert not (repository.root / "dist").exists()


def test_symbolic_links_in_a_folder_that_is_reached_by_one(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.write("texts/hello.txt", "hello")
    (repository.root / "greeting.txt").symlink_to(repository.root / "texts/hello.txt")
    (repository.root.parent / "link").symlink_to(repository.root)
    monkeypatch.chdir(repository.root.parent / "link")

    assert repository.packaged().read("greeting.txt") == b"hello"


def test_a_repository_that_git_refuses_to_read_is_refused(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    initialise(repository.root)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")

    refused = repository.package()

    assert (refused.exit_code, refused.err.count("\n")) == (1, 1)
    assert "detected dubious ownership in repository at" in refused.err
    assert f": run git config --global --add safe.directory {repository.root}" in refused.err


def test_a_repository_that_was_moved_away_is_refused(repository: Repository) -> None:
    repository.write(".git", "gitdir: /nowhere/to/be/found\n")

    refused = repository.package()

    assert (refused.exit_code, refused.err.count("\n")) == (1, 1)
    assert "not a git repository: /nowhere/to/be/found: make git status work there first" in refused.err


def test_modes_and_dates(repository: Repository) -> None:
    repository.write("run.sh", "#!/bin/sh\n").chmod(0o764)
    repository.write("data.txt", "1").chmod(0o600)
    os.utime(repository.root / "data.txt", (2e9, 2e9))

    entries = {entry.filename: entry for entry in repository.packaged().entries}

    assert {name: oct(entry.external_attr >> 16) for name, entry in entries.items() if not name.endswith("pyc")} == {
        "run.sh": "0o100755",
        "data.txt": "0o100644",
        "index.py": "0o100644",
    }
    assert {(entry.date_time, entry.create_system) for entry in entries.values()} == {((1980, 1, 1, 0, 0, 0), 3)}


def test_a_package_made_at_the_top_is_not_in_the_next_one(repository: Repository) -> None:
    first, second = repository.packaged("-o", "a.zip"), repository.packaged("-o", "b.zip")

    assert first.document["sha256"] == second.document["sha256"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("native.so", library(AARCH64), "aarch64"),
        ("native.abi3.so", b"\xcf\xfa\xed\xfe" * 9, "another system than Linux"),
        ("native.cpython-39-x86_64-linux-gnu.so", library(), "cpython-39-x86_64-linux-gnu"),
        ("libs/libz.so.1.3", library(3), "x86"),
    ],
)
def test_a_library_for_another_machine_is_refused(
    repository: Repository, name: str, content: bytes, message: str
) -> None:
    repository.write(name, content)

    refused = repository.package()

    assert (refused.exit_code, refused.err.count("\n")) == (4, 1)
    assert name in refused.err
    assert message in refused.err


def test_a_library_for_the_target_is_taken(repository: Repository) -> None:
    number = repository.runtime.removeprefix("python").replace(".", "")
    names = [f"a.cpython-{number}-x86_64-linux-gnu.so", "b.abi3.so", "c.so", "libs/libz-1f.so.1"]
    for name in names:
        repository.write(name, library())

    assert set(names) <= set(repository.packaged().sources)


def test_the_handler_must_be_among_them(repository: Repository) -> None:
    repository.write(".gitignore", "index.py\n")
    repository.write("other.py", INDEX)
    initialise(repository.root)

    refused = repository.package()

    assert (refused.exit_code, refused.err.count("\n")) == (4, 1)
    assert "index.py" in refused.err
    assert not (repository.root / "dist").exists()


def refused(repository: Repository, *, code: int = 4) -> str:
    """Package in a process that may hang, and return its one sentence."""
    done = subprocess.run(
        [program_file("biot-plugin"), "package"], cwd=repository.root, capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stderr.count("\n")) == (code, 1), done.stderr
    assert not (repository.root / "dist").exists()
    return done.stderr


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path.name)


@pytest.mark.sampled(2)
@pytest.mark.slow
@pytest.mark.parametrize(("make", "kind"), [(os.mkfifo, "a named pipe"), (_socket, "a socket")])
@pytest.mark.parametrize("tracked", [True, False])
def test_what_is_no_file_is_refused_and_not_opened(
    repository: Repository, make: Callable[[Path], None], kind: str, tracked: bool
) -> None:
    if tracked:
        repository.write("strange")
        initialise(repository.root)
        git(repository.root, "add", "--all")
        (repository.root / "strange").unlink()
    make(repository.root / "strange")

    assert f"strange is {kind}, which cannot be packaged: remove it" in refused(repository)
    done = subprocess.run(
        [program_file("biot-plugin"), "check", "--json"],
        cwd=repository.root,
        capture_output=True,
        text=True,
        timeout=120,
    )
    findings = json.loads(done.stdout)["findings"]
    assert [finding["file"] for finding in findings if finding["code"] == "file-kind-invalid"] == ["strange"]


def test_what_is_larger_than_all_memory_is_not_read(repository: Repository) -> None:
    with repository.write("huge.bin").open("wb") as file:
        file.truncate(20 * 1024**3)
    with repository.write("large.bin").open("wb") as file:
        file.truncate(1024**2)

    message = refused(repository)

    assert "The package has 20.0 GB unpacked, and Lambda allows 250 MB" in message
    assert "huge.bin 20 GB, large.bin 1 MB" in message


@pytest.mark.sampled(2)
@pytest.mark.parametrize("filled", [False, True])
def test_a_submodule_that_is_not_checked_out(
    repository: Repository, tmp_path: Path, commit: Commit, filled: bool
) -> None:
    (tmp_path / "other").mkdir()
    initialise(tmp_path / "other")
    (tmp_path / "other" / "code.py").touch()
    commit(tmp_path / "other", "All")
    initialise(repository.root)
    for folder in ("inner", "docs/theme"):
        git(repository.root, "-c", "protocol.file.allow=always", "submodule", "add", str(tmp_path / "other"), folder)
    commit(repository.root, "All")
    assert repository.packaged().sources == ["index.py", "inner/code.py"]
    shutil.rmtree(repository.root / "dist")

    git(repository.root, "submodule", "deinit", "--all", "--force")
    if filled:
        repository.write("inner/left.py")

    message = refused(repository)
    assert "The submodule inner is not checked out: run git submodule update --init inner" in message
    findings = repository.program("check", "--json").document["findings"]
    assert [finding["file"] for finding in findings if finding["code"] == "submodule-missing"] == ["inner"]

    git(repository.root, "rm", "--cached", "--quiet", "inner")
    assert repository.packaged().sources == (["index.py", "inner/left.py"] if filled else ["index.py"])


def test_what_a_sparse_checkout_leaves_out(repository: Repository, commit: Commit) -> None:
    for name in ("rules/a.py", "tests/test_a.py", "seen/b.py"):
        repository.write(name)
    initialise(repository.root)
    commit(repository.root, "All")
    git(repository.root, "sparse-checkout", "set", "seen")

    message = refused(repository)
    assert "rules/a.py is tracked by git, but a sparse checkout leaves it out: run git sparse-checkout dis" in message

    git(repository.root, "sparse-checkout", "set", "seen", "rules")
    assert repository.packaged().sources == ["index.py", "rules/a.py", "seen/b.py"]


def test_what_git_lfs_has_not_downloaded(repository: Repository) -> None:
    repository.write("model.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n")

    assert "The content of model.bin was not downloaded by Git LFS: run git lfs pull" in refused(repository)


def test_a_tracked_file_that_became_a_folder(repository: Repository, commit: Commit) -> None:
    repository.write("data", "1")
    initialise(repository.root)
    commit(repository.root, "All")
    (repository.root / "data").unlink()
    repository.write("data/known.json", "1")

    assert repository.packaged().sources == ["data/known.json", "index.py"]


def test_a_work_tree_beside_its_repository(repository: Repository, tmp_path: Path, commit: Commit) -> None:
    initialise(repository.root)
    commit(repository.root, "All")
    git(repository.root, "worktree", "add", str(tmp_path / "tree"))
    assert (tmp_path / "tree" / ".git").is_file()

    assert list_source_files(tmp_path / "tree") == ["index.py"]


@pytest.mark.parametrize("tracked", [True, False])
def test_links_that_lead_nowhere(repository: Repository, tracked: bool) -> None:
    (repository.root / "loop").symlink_to("loop")
    (repository.root / "ring-a").symlink_to("ring-b")
    (repository.root / "ring-b").symlink_to("ring-a")
    (repository.root / "up").symlink_to(".")
    (repository.root / "dangling").symlink_to("missing")
    if tracked:
        initialise(repository.root)

    _, problems = read_source_files(repository.root, None)

    assert {problem.name: problem.code for problem in problems} == dict.fromkeys(
        ["dangling", "loop", "ring-a", "ring-b", "up"], "link-broken"
    )


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", [b"caf\xe9.txt", b"new\nline.txt", b"back\\slash.txt", b"bell\x07.txt"])
@pytest.mark.parametrize("tracked", [True, False])
def test_names_that_a_zip_cannot_hold(repository: Repository, name: bytes, tracked: bool) -> None:
    (repository.root / os.fsdecode(name)).touch()
    if tracked:
        initialise(repository.root)

    assert "is not a valid name in a zip: rename it" in refused(repository)


def test_names_that_differ_by_case_alone_and_hard_links(repository: Repository) -> None:
    repository.write("data.txt", "1")
    repository.write("Data.txt", "2")
    repository.write("résumé.txt", "3")
    os.link(repository.root / "data.txt", repository.root / "linked.txt")

    package = repository.packaged()

    contents = [package.read(name) for name in ("data.txt", "Data.txt", "résumé.txt", "linked.txt")]
    assert contents == [b"1", b"2", b"3", b"1"]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("tracked", [True, False])
def test_folders_that_are_nested_deeply(repository: Repository, tmp_path: Path, tracked: bool) -> None:
    repository.write("/".join(["a"] * 90) + "/fine.py")
    if tracked:
        initialise(repository.root)
    assert repository.packaged().sources == ["/".join(["a"] * 90) + "/fine.py", "index.py"]
    shutil.rmtree(repository.root / "dist")

    deepest = repository.root / "/".join(["a"] * 1500)
    try:
        # Python cannot do either of them.
        run("mkdir", "-p", deepest, cwd=tmp_path)
        (deepest / "deep.txt").touch()
        message = refused(repository)
    finally:
        run("rm", "-rf", repository.root / "a", cwd=tmp_path)
    assert "is in more than 100 nested folders: move it up" in message
    assert len(message) < 300


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not read a folder")
@pytest.mark.parametrize("tracked", [True, False])
def test_a_folder_that_cannot_be_read(tmp_path_factory: pytest.TempPathFactory, tracked: bool, tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        (root / "closed").mkdir()
        (root / "closed" / "file.py").touch()
        if tracked:
            initialise(root)
            git(root, "add", "--all")
        run("chown", "-R", "65534", root, cwd=root)
        os.chown(root / "closed", 0, 0)
        (root / "closed").chmod(0o700)
        os.seteuid(65534)
        try:
            with pytest.raises(OperationFailed, match=r"Cannot read .*closed.* \(Permission denied\): make it"):
                read_source_files(root, None)
        finally:
            os.seteuid(0)
