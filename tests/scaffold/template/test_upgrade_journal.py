from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.runner import commit_all, git, initialise
from biot_plugin_cli.git.work_tree import Stages, WorkTree
from biot_plugin_cli.template import upgrade_journal
from biot_plugin_cli.template.upgrade_journal import Journal
from biot_plugin_cli.template.upgrade_plan import Change
from tests.scaffold.upgrades import files_of, state

CHANGES = (
    Change("a.txt", b"a\n", b"A\n"),
    Change("b/b.txt", b"b\n", None),
    Change("c/d/new.txt", None, b"new\n"),
    Change("conflict.txt", b"mine\r\n", b"<<<<<<<\r\n"),
)
CONFLICTS = {"conflict.txt": Stages(b"base\n", b"theirs\n")}
STEPS = range(1, len(CHANGES) + 1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    (root / "b").mkdir(parents=True)
    for change in CHANGES:
        if change.before is not None:
            (root / change.path).write_bytes(change.before)
    (root / "a.txt").chmod(0o755)
    initialise(root)
    commit_all(root, "Begin")
    return root


def _apply(root: Path) -> None:
    with Journal.open(WorkTree.open(root)) as journal:
        journal.apply(CHANGES, CONFLICTS)


def _killed(root: Path, prepare: Callable[[], None]) -> None:
    """Upgrade in a process that kills itself."""
    child = os.fork()
    if not child:
        try:
            prepare()
            _apply(root)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def _kill_before(count: int) -> None:
    replace, calls = upgrade_journal._replace, iter(range(1, 100))

    def counted(file: Path, content: bytes | None) -> None:
        if next(calls) == count:
            os.kill(os.getpid(), signal.SIGKILL)
        replace(file, content)

    upgrade_journal._replace = counted


def test_all_is_changed_and_nothing_is_left(root: Path) -> None:
    before = sorted(path.name for path in (root / ".git").iterdir())

    _apply(root)

    assert files_of(root) == {"a.txt": b"A\n", "c/d/new.txt": b"new\n", "conflict.txt": b"<<<<<<<\r\n"}
    assert (root / "a.txt").stat().st_mode & 0o777 == 0o755
    assert not (root / "b").exists()
    assert git(root, "diff", "--name-only", "--diff-filter=U") == "conflict.txt"
    assert git(root, "show", ":1:conflict.txt") == "base"
    assert git(root, "show", ":3:conflict.txt") == "theirs"
    assert sorted(path.name for path in (root / ".git").iterdir()) == before


@pytest.mark.parametrize("count", STEPS)
def test_what_a_killed_upgrade_has_begun_is_undone_by_the_next(root: Path, count: int) -> None:
    before = state(root)

    _killed(root, lambda: _kill_before(count))
    assert state(root) != before
    with Journal.open(WorkTree.open(root)):
        pass

    assert state(root) == before


def _kill_before_the_journal_ends() -> None:
    unlink = Path.unlink

    def killed(file: Path, missing_ok: bool = False) -> None:
        if file.name == "journal.json":
            os.kill(os.getpid(), signal.SIGKILL)
        unlink(file, missing_ok=missing_ok)

    Path.unlink = killed  # type: ignore[method-assign, assignment]


def test_a_kill_after_all_files_and_the_index_is_undone(root: Path) -> None:
    before = state(root)

    _killed(root, _kill_before_the_journal_ends)
    assert git(root, "diff", "--name-only", "--diff-filter=U") == "conflict.txt"
    with Journal.open(WorkTree.open(root)):
        pass

    assert state(root) == before


def test_it_is_undone_even_if_git_has_written_the_index_since(root: Path) -> None:
    before = state(root)
    _killed(root, _kill_before_the_journal_ends)
    (root / "more.txt").write_text("mine")
    subprocess.run(["git", "-C", root, "add", "more.txt"], check=True)

    with Journal.open(WorkTree.open(root)):
        pass

    assert git(root, "status", "--porcelain") == "A  more.txt"
    assert files_of(root) == {**before[2], "more.txt": b"mine"}


def test_what_cannot_be_undone_yet_is_undone_later(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state(root)
    _killed(root, lambda: _kill_before(3))
    with monkeypatch.context() as patch:
        patch.setattr(upgrade_journal, "_replace", _full)
        with pytest.raises(OperationFailed, match=r"Cannot undo .* No space left"), Journal.open(WorkTree.open(root)):
            pass
    assert state(root) != before

    with Journal.open(WorkTree.open(root)):
        pass

    assert state(root) == before


def _full(file: Path, content: bytes | None) -> None:
    raise OSError(28, "No space left on device", str(file))


@pytest.mark.parametrize("count", STEPS)
def test_folders_that_were_there_before_stay(root: Path, count: int) -> None:
    (root / "c").mkdir()

    _killed(root, lambda: _kill_before(count))
    with Journal.open(WorkTree.open(root)):
        pass

    assert [*(root / "c").iterdir()] == []


def test_a_kill_after_the_end_undoes_nothing(root: Path) -> None:
    def kill() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    _killed(root, lambda: setattr(upgrade_journal, "complete", kill))
    after = files_of(root)
    with Journal.open(WorkTree.open(root)):
        pass

    assert files_of(root) == after
    assert after["a.txt"] == b"A\n"
    assert git(root, "diff", "--name-only", "--diff-filter=U") == "conflict.txt"


def test_what_the_author_did_after_the_kill_stays(root: Path) -> None:
    _killed(root, lambda: _kill_before(4))
    (root / "a.txt").write_text("mine\n")

    with Journal.open(WorkTree.open(root)):
        pass

    assert (root / "a.txt").read_text() == "mine\n"
    assert (root / "b" / "b.txt").read_text() == "b\n"
    assert not (root / "c").exists()


def test_nothing_is_undone_after_a_commit(root: Path) -> None:
    _killed(root, lambda: _kill_before(4))
    (root / ".git" / "index.lock").unlink()
    commit_all(root, "Go on from there")
    before = files_of(root)

    with Journal.open(WorkTree.open(root)):
        pass

    assert files_of(root) == before


@pytest.mark.parametrize("count", STEPS)
def test_an_error_in_the_middle_is_undone(root: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    before = state(root)
    replace, calls = upgrade_journal._replace, iter(range(1, 100))

    def full_once(file: Path, content: bytes | None) -> None:
        (_full if next(calls) == count else replace)(file, content)

    monkeypatch.setattr(upgrade_journal, "_replace", full_once)

    with pytest.raises(OperationFailed, match="No space left on device"):
        _apply(root)
    assert state(root) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_in_the_middle_is_undone(root: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    before = state(root)
    replace = upgrade_journal._replace

    def interrupted(file: Path, content: bytes | None) -> None:
        replace(file, content)
        os.kill(os.getpid(), number)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    handler = signal.signal(number, interrupt)
    monkeypatch.setattr(upgrade_journal, "_replace", interrupted)
    try:
        with pytest.raises(KeyboardInterrupt):
            _apply(root)
    finally:
        signal.signal(number, handler)
    assert state(root) == before


def test_two_upgrades_at_once_are_refused(root: Path) -> None:
    tree = WorkTree.open(root)
    with Journal.open(tree):
        with pytest.raises(OperationFailed, match="Another upgrade"), Journal.open(tree):
            pass
        assert (root / ".git" / "biot-plugin-upgrade").is_dir()
    with Journal.open(tree):
        pass


def test_another_git_command_is_not_disturbed(root: Path) -> None:
    before = state(root)
    (root / ".git" / "index.lock").touch()

    with pytest.raises(OperationFailed, match="Another git command"):
        _apply(root)

    (root / ".git" / "index.lock").unlink()
    assert state(root) == before


@pytest.mark.parametrize("path", ["a.txt", "c/d/new.txt"])
def test_what_is_written_meanwhile_is_not_replaced(root: Path, path: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text("just saved\n")
    before = state(root)

    with pytest.raises(OperationFailed, match=f"Changed during the upgrade: {path}"):
        _apply(root)

    assert state(root) == before


def test_what_is_written_meanwhile_stays_even_if_it_is_what_the_upgrade_would_write(root: Path) -> None:
    (root / "a.txt").write_bytes(b"A\n")
    (root / "c" / "d").mkdir(parents=True)
    (root / "c" / "d" / "new.txt").write_bytes(b"new\n")
    before = state(root)

    with pytest.raises(OperationFailed, match="Changed during the upgrade"):
        _apply(root)

    assert state(root) == before


def test_what_is_staged_meanwhile_is_not_lost(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = Journal._lock_index

    def stage(journal: Journal) -> None:
        (root / "staged.txt").write_text("mine\n")
        subprocess.run(["git", "-C", root, "add", "staged.txt"], check=True)
        lock(journal)

    monkeypatch.setattr(Journal, "_lock_index", stage)

    with pytest.raises(OperationFailed, match="Changed during the upgrade: the index"):
        _apply(root)

    assert git(root, "status", "--porcelain") == "A  staged.txt"
