"""Upgrade of a plugin's repository to the newest template, completely or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.runner import git, require_git
from biot_plugin_cli.template.copier_adapter import ANSWERS_FILE, SOURCE, update
from biot_plugin_cli.template.installation_sources import installation_sources
from biot_plugin_cli.template.versions import Template, open_template

__all__ = ["Upgrade", "upgrade_repository"]


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The result of an upgrade.

    Attributes:
        old: The previous template version.
        new: The template version now.
        changed: The files that differ from the last commit; empty if the repository was up to date.
        conflicts: The changed files with conflict markers.
    """

    old: str
    new: str
    changed: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()


def upgrade_repository(start: Path) -> Upgrade:
    """Upgrade a plugin's repository to the newest template.

    Args:
        start: The repository, or a folder in it.

    Raises:
        OperationFailed: The upgrade failed; the repository is unchanged.
    """
    require_git()
    root = _plugin_root(start)
    old = _template_version(root / ANSWERS_FILE)
    _require_clean(root)
    with open_template() as template:
        if old == template.newest:
            return Upgrade(old, old)
        _require_known(old, template)
        with _restored_on_failure(root):
            update(template, root, {"sources": installation_sources()})
            return Upgrade(old, template.newest, _changed(root), _conflicts(root))


def _plugin_root(start: Path) -> Path:
    folder = start.resolve()
    root = next((path for path in (folder, *folder.parents) if (path / ANSWERS_FILE).is_file()), None)
    if root is None:
        raise OperationFailed(
            f"No {ANSWERS_FILE} in {folder} or any parent folder: run this in a repository created by new-plugin"
        )
    try:
        git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        git(root, "ls-files", "--error-unmatch", ANSWERS_FILE)
    except OperationFailed as error:
        raise OperationFailed(
            f"{root} is not committed to a git repository: commit the plugin first, so that nothing can be lost"
        ) from error
    return root


def _template_version(file: Path) -> str:
    import yaml

    try:
        answers = yaml.safe_load(file.read_text(encoding="utf-8"))
        source, version = answers["_src_path"], str(answers["_commit"])
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError) as error:
        raise OperationFailed(f"Invalid {file}: restore it from git") from error
    if source != SOURCE:
        raise OperationFailed(
            f"{file} names another template, {source}: only repositories created by new-plugin can be upgraded"
        )
    return version


def _require_clean(root: Path) -> None:
    if git(root, "status", "--porcelain"):
        raise OperationFailed(f"{root} has uncommitted changes: commit or stash them first")


def _require_known(version: str, template: Template) -> None:
    if version not in template.versions:
        raise OperationFailed(
            f"Unknown template version {version} (this biot-plugin-cli has {', '.join(template.versions)}): "
            "install the biot-plugin-cli that created or last upgraded this repository, or a newer one"
        )


@contextmanager
def _restored_on_failure(root: Path) -> Iterator[None]:
    before = _untracked(root)
    try:
        yield
    except BaseException:
        git(root, "reset", "--quiet", "--hard", "HEAD")
        for path in sorted(_untracked(root) - before):
            _remove(root / path)
        raise


def _untracked(root: Path) -> set[str]:
    """List what git does not track, including ignored files; a folder without tracked files is one entry."""
    return set(git(root, "ls-files", "--others", "--directory", "-z").split("\0")) - {""}


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _changed(root: Path) -> tuple[str, ...]:
    tracked = git(root, "diff", "--name-only", "-z", "--relative", "HEAD").split("\0")
    new = git(root, "ls-files", "--others", "--exclude-standard", "-z").split("\0")
    return tuple(sorted({*tracked, *new} - {""}))


def _conflicts(root: Path) -> tuple[str, ...]:
    unmerged = git(root, "diff", "--name-only", "--diff-filter=U", "-z", "--relative").split("\0")
    return tuple(sorted({*unmerged} - {""}))
