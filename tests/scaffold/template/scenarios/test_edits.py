"""Whatever an author has edited, and whatever git is set to: an upgrade loses no line and no file."""

from __future__ import annotations

import functools
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings, strategies as st

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.runner import commit_all, git
from biot_plugin_cli.template import repository_upgrade
from biot_plugin_cli.template.repository_upgrade import Upgrade, upgrade_repository
from biot_plugin_cli.template.three_way_merge import is_same_text
from tests.scaffold.template.scenarios.test_git_settings import SETTINGS
from tests.scaffold.upgrades import change_template, configure, files_of, second_version, state
from tests.thoroughness import tries

pytestmark = pytest.mark.slow

Edit = Callable[[Path], None]

EDITED = ["hooks/pre_request.py", "pyproject.toml", "README.md", ".github/workflows/ci.yml", "Makefile", "index.py"]
ALL_SETTINGS = [(key, value) for group in SETTINGS.values() for key, value in group.items()]
IGNORED = ["CHANGES.md", "private.txt", "hooks/private.py", "docs/private.md"]
MINE = b"mine-%d"


def _lines(plugin: Path, path: str) -> list[bytes]:
    file = plugin / path
    return file.read_bytes().split(b"\n") if file.exists() else []


def _edit_line(path: str, place: float, number: int, kind: str, plugin: Path) -> None:
    if not (lines := _lines(plugin, path)):
        return
    index = int(place * (len(lines) - 1))
    mine = b"# " + MINE % number + b" \t" * (number % 2)
    lines[index : index + (kind != "insert")] = [] if kind == "delete" else [mine]
    (plugin / path).write_bytes(b"\n".join(lines))


def _convert(path: str, plugin: Path) -> None:
    if (plugin / path).exists():
        (plugin / path).write_bytes(b"\r\n".join(line.rstrip(b"\r") for line in _lines(plugin, path)))


def _remove(path: str, plugin: Path) -> None:
    (plugin / path).unlink(missing_ok=True)


def _rename(path: str, plugin: Path) -> None:
    if (plugin / path).exists():
        (plugin / path).rename(plugin / f"{path}.old")


def _make_executable(path: str, plugin: Path) -> None:
    if (plugin / path).exists():
        (plugin / path).chmod(0o755)


def _add(path: str, number: int, plugin: Path) -> None:
    (plugin / path).parent.mkdir(exist_ok=True)
    (plugin / path).write_bytes(MINE % number + b"\n")


PATHS = st.sampled_from(EDITED)
NUMBERS = st.integers(0, 99)
EDITS = st.one_of(
    st.builds(
        functools.partial,
        st.just(_edit_line),
        PATHS,
        st.floats(0, 1),
        NUMBERS,
        st.sampled_from(["insert", "change", "delete"]),
    ),
    st.builds(functools.partial, st.sampled_from([_convert, _remove, _rename, _make_executable]), PATHS),
    st.builds(functools.partial, st.just(_add), st.sampled_from(["CHANGES.md", "hooks/mine.py", "a b/é.txt"]), NUMBERS),
)


@pytest.fixture(scope="module")
def rendered() -> Callable[..., dict[str, bytes]]:
    """Rendering, once for each version and each answers file: the examples differ in what is done with it."""
    memory: dict[tuple[str, bytes], dict[str, bytes]] = {}

    def render(template: object, version: str, record: bytes, answers: dict[str, object]) -> dict[str, bytes]:
        if (version, record) not in memory:
            memory[version, record] = original(template, version, record, answers)  # type: ignore[arg-type]
        return memory[version, record]

    original = repository_upgrade._render
    return render


@given(
    edits=st.lists(EDITS, max_size=6),
    ignored=st.sets(st.sampled_from(IGNORED), max_size=3),
    chosen=st.lists(st.sampled_from(ALL_SETTINGS), max_size=6, unique_by=lambda setting: setting[0]),
    autocrlf=st.sampled_from(["", "", "true", "input"]),
)
@example(
    edits=[functools.partial(_edit_line, "hooks/pre_request.py", 0.3, 1, "insert")],
    ignored={"CHANGES.md"},
    chosen=[],
    autocrlf="",
)
@example(
    edits=[functools.partial(_edit_line, "hooks/pre_request.py", 0.3, 1, "change")],
    ignored=set(),
    chosen=[("apply.whitespace", "error"), ("status.showUntrackedFiles", "no")],
    autocrlf="true",
)
@settings(
    max_examples=tries(12, 30),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_each_line_of_the_authors_is_there_or_in_a_conflict(
    first_version: Path,
    templates: Path,
    monkeypatch: pytest.MonkeyPatch,
    rendered: Callable[..., dict[str, bytes]],
    edits: list[Edit],
    ignored: set[str],
    chosen: list[tuple[str, str]],
    autocrlf: str,
) -> None:
    monkeypatch.setattr(repository_upgrade, "_render", rendered)
    if not (templates / "plugin" / "template" / "CHANGES.md.jinja").exists():
        change_template(templates, "index.py.jinja", "handler = ", "# the entry point\nhandler = ")
        second_version(templates)
    with tempfile.TemporaryDirectory() as folder:
        plugin = Path(folder) / "demo"
        shutil.copytree(first_version / "demo", plugin)
        base = files_of(plugin)
        _prepare(plugin, edits, ignored, {**dict(chosen), **({"core.autocrlf": autocrlf} if autocrlf else {})})
        before, files = state(plugin), files_of(plugin)
        try:
            done = upgrade_repository(plugin)
        except OperationFailed as refused:
            assert state(plugin) == before
            assert all(path in str(refused) for path in ignored & {"CHANGES.md"})
            return
        _require_lossless(plugin, base, files, done)
        for path in ignored:
            assert (plugin / path).read_bytes() == b"private"


def _prepare(plugin: Path, edits: list[Edit], ignored: set[str], chosen: dict[str, str]) -> None:
    for edit in edits:
        edit(plugin)
    ignored -= {path for path in ignored if (plugin / path).exists()}
    (plugin / ".git" / "info" / "exclude").write_text("".join(f"/{path}\n" for path in ignored))
    for path in ignored:
        (plugin / path).parent.mkdir(exist_ok=True)
        (plugin / path).write_bytes(b"private")
    settings_file = Path(os.environ["GIT_CONFIG_GLOBAL"])
    settings_file.write_text("")
    configure(settings_file, chosen)
    git(plugin, "add", "--all")
    if git(plugin, "status", "--porcelain"):
        commit_all(plugin, "Edit")


def _require_lossless(plugin: Path, base: dict[str, bytes], before: dict[str, bytes], done: Upgrade) -> None:
    after = files_of(plugin)
    for path, content in before.items():
        if path not in after:
            assert is_same_text(content, base[path]), path
            continue
        present = {line.rstrip(b"\r") for line in after[path].split(b"\n")}
        known = {line.rstrip(b"\r") for line in base.get(path.removesuffix(".old"), b"").split(b"\n")}
        lost = {line.rstrip(b"\r") for line in content.split(b"\n")} - known - present
        assert not lost, path
        if path not in done.changed:
            assert after[path] == content
        if b"<<<<<<< before updating" in after[path]:
            assert path in done.conflicts
        if content.count(b"\r\n") == content.count(b"\n"):
            assert after[path].count(b"\r\n") == after[path].count(b"\n")
    unmerged = git(plugin, "diff", "--name-only", "--diff-filter=U", "-z").split("\0")
    assert {*done.conflicts} == {*unmerged} - {""}
    assert not list(plugin.rglob("*.rej"))
