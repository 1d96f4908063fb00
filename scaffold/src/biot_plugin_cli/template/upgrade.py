"""Merging a newer template into a plugin's repository, or leaving it as it was."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.runner import git, require_git
from biot_plugin_cli.template.copier_adapter import ANSWERS_FILE, SOURCE, update
from biot_plugin_cli.template.history import Template, open_template
from biot_plugin_cli.template.sources import installation_sources

__all__ = ["Upgrade", "upgrade_repository"]


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade did.

    Attributes:
        old: The template version that the repository was at.
        new: The version that it is at now.
        changed: The files that differ from the last commit; none when there was nothing to do.
        conflicts: Those of them in which the user has to choose.
    """

    old: str
    new: str
    changed: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()


def upgrade_repository(start: Path) -> Upgrade:
    """Bring the repository that a folder belongs to up to the newest template.

    Raises:
        OperationFailed: It cannot be done; the repository is as it was.
    """
    require_git()
    root = _plugin_root(start)
    old = _template_version(root / ANSWERS_FILE)
    _refuse_dirty(root)
    with open_template() as template:
        if old == template.newest:
            return Upgrade(old, old)
        _refuse_unknown(old, template)
        with _restored_on_failure(root):
            update(template, root, {"sources": installation_sources()})
            return Upgrade(old, template.newest, _changed(root), _conflicts(root))


def _plugin_root(start: Path) -> Path:
    folder = start.resolve()
    root = next((place for place in (folder, *folder.parents) if (place / ANSWERS_FILE).is_file()), None)
    if root is None:
        raise OperationFailed(
            f"Neither {folder} nor a folder above it has {ANSWERS_FILE}: run this in a repository made by new-plugin"
        )
    try:
        git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        git(root, "ls-files", "--error-unmatch", ANSWERS_FILE)
    except OperationFailed as error:
        raise OperationFailed(
            f"{root} is not kept in a git repository: commit the plugin to git first, so that nothing can be lost"
        ) from error
    return root


def _template_version(file: Path) -> str:
    import yaml

    try:
        answers = yaml.safe_load(file.read_text(encoding="utf-8"))
        source, version = answers["_src_path"], str(answers["_commit"])
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError) as error:
        raise OperationFailed(f"{file} cannot be understood: restore it from git") from error
    if source != SOURCE:
        raise OperationFailed(f"{file} names another template, {source}: only repositories made by new-plugin upgrade")
    return version


def _refuse_dirty(root: Path) -> None:
    if git(root, "status", "--porcelain"):
        raise OperationFailed(f"{root} has uncommitted changes: commit or stash them and run this again")


def _refuse_unknown(version: str, template: Template) -> None:
    if version not in template.versions:
        raise OperationFailed(
            f"Template version {version} of this repository is unknown to this installation, which knows "
            f"{', '.join(template.versions)}: install the biot-plugin-cli that knows it, or a newer one"
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
    """List what git does not track, ignored files too; a folder without any tracked file counts as one."""
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
