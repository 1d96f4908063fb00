"""Upgrade of a plugin's repository to the newest template, completely or not at all.

The template version that the plugin was created from and the newest one are rendered with the plugin's answers; the
differences between them are merged into the author's files, file by file. Until all of that has succeeded nothing in
the repository is touched.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.runner import GitFailed, git, require_git
from biot_plugin_cli.git.work_tree import WorkTree
from biot_plugin_cli.template.copier_adapter import ANSWERS_FILE, SOURCE, render_again
from biot_plugin_cli.template.creation.framework_source import parse_framework_source
from biot_plugin_cli.template.installation_sources import installation_sources
from biot_plugin_cli.template.upgrade_journal import Journal
from biot_plugin_cli.template.upgrade_plan import Plan, plan_upgrade
from biot_plugin_cli.template.versions import Template, open_template

__all__ = ["Upgrade", "upgrade_repository"]

_SHOWN_NAMES = 5
# Git's reasons for no repository, for one without a commit, and for a file that it does not track.
_UNCOMMITTED = ("not a git repository", "Needed a single revision", "pathspec")


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The result of an upgrade.

    Attributes:
        old: The previous template version.
        new: The template version now.
        changed: The files that differ from the last commit, and those with a conflict; empty if the repository was up
            to date.
        conflicts: The files in which the author has to choose.
        marked: The conflicts with markers in the file; the others are as the author left them.
        retained: Files that the new template changes, and that the author has removed or taken out of git.
    """

    old: str
    new: str
    changed: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    marked: tuple[str, ...] = ()
    retained: tuple[str, ...] = ()


def upgrade_repository(start: Path, framework_from: str | None = None) -> Upgrade:
    """Upgrade a plugin's repository to the newest template.

    Args:
        start: The repository, or a folder in it.
        framework_from: Where it installs the framework from now on, as `parse_framework_source` reads it; None for no
            other place than before, or for where this program was installed from if the author chose none.

    Raises:
        UsageError: There is no such place.
        OperationFailed: The upgrade failed; the repository is unchanged.
    """
    require_git()
    root = _plugin_root(start)
    tree = _open_tree(root)
    # The template comes first, since it is opened where a killed upgrade has left temporary files.
    with open_template() as template, Journal.open(tree) as journal:
        answers = _answers(root / ANSWERS_FILE)
        old = str(answers["_commit"])
        _require_clean(tree)
        if old == template.newest and framework_from is None:
            return Upgrade(old, old)
        _require_known(old, template)
        plan = _plan(tree, template, old, _source_answers(root, answers, framework_from))
        _require_no_obstacles(plan)
        journal.apply(plan.changes, plan.conflicts)
        return _describe(plan, old, template.newest)


def _source_answers(root: Path, recorded: dict[str, Any], framework_from: str | None) -> dict[str, Any]:
    if framework_from is not None:
        return {"sources": parse_framework_source(framework_from, root), "sources_chosen": True}
    return {} if recorded.get("sources_chosen") else {"sources": installation_sources()}


def _plugin_root(start: Path) -> Path:
    folder = start.resolve()
    root = next((path for path in (folder, *folder.parents) if (path / ANSWERS_FILE).is_file()), None)
    if root is None:
        raise OperationFailed(
            f"No {ANSWERS_FILE} in {folder} or any parent folder: run this in a repository created by new-plugin"
        )
    return root


def _open_tree(root: Path) -> WorkTree:
    try:
        tree = WorkTree.open(root)
        git(root, "ls-files", "--error-unmatch", ANSWERS_FILE, environment=tree.environment)
    except GitFailed as error:
        if error.remedy:
            raise
        if not error.reason.startswith(_UNCOMMITTED):
            raise OperationFailed(f"{error}: make git status work there first") from error
        raise OperationFailed(
            f"{root} is not committed to a git repository: commit the plugin first, so that nothing can be lost"
        ) from error
    return tree


def _answers(file: Path) -> dict[str, Any]:
    import yaml

    try:
        answers: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
        source, _ = answers["_src_path"], answers["_commit"]
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError) as error:
        raise OperationFailed(f"Invalid {file}: restore it from git") from error
    if source != SOURCE:
        raise OperationFailed(
            f"{file} names another template, {source}: only repositories created by new-plugin can be upgraded"
        )
    return answers


def _require_clean(tree: WorkTree) -> None:
    if operation := tree.operation():
        raise OperationFailed(f"A {operation} is in progress in {tree.root}: continue or abort it first")
    if names := tree.uncommitted():
        raise OperationFailed(f"{tree.root} has uncommitted changes ({_enumerate(names)}): commit or stash them first")


def _require_known(version: str, template: Template) -> None:
    if version not in template.versions:
        raise OperationFailed(
            f"Unknown template version {version} (this biot-plugin-cli has {', '.join(template.versions)}): "
            "install the biot-plugin-cli that created or last upgraded this repository, or a newer one"
        )


def _plan(tree: WorkTree, template: Template, version: str, answers: dict[str, Any]) -> Plan:
    scratch = template.repository.parent / "merge"
    scratch.mkdir()
    record = (tree.root / ANSWERS_FILE).read_bytes()
    old = _render(template, version, record, {})
    new = _render(template, template.newest, record, answers)
    try:
        return plan_upgrade(tree, old, new, scratch)
    except OSError as error:
        raise OperationFailed(f"Cannot read {error.filename} ({error.strerror}): make it readable") from error


def _render(template: Template, version: str, record: bytes, answers: dict[str, Any]) -> dict[str, bytes]:
    destination = Path(tempfile.mkdtemp(prefix="version-", dir=template.repository.parent))
    render_again(template, version, destination, record, answers)
    files = (file for file in destination.rglob("*") if file.is_file())
    return {file.relative_to(destination).as_posix(): file.read_bytes() for file in files}


def _require_no_obstacles(plan: Plan) -> None:
    if plan.obstacles:
        names = [f"{path} ({reason})" for path, reason in sorted(plan.obstacles.items())]
        raise OperationFailed(
            f"The new template would replace what cannot be replaced safely: {_enumerate(names)}: commit it, or move "
            "it away, then try again"
        )


def _describe(plan: Plan, old: str, new: str) -> Upgrade:
    changed = {change.path for change in plan.changes}
    return Upgrade(
        old,
        new,
        changed=tuple(sorted(changed | {*plan.conflicts})),
        conflicts=tuple(sorted(plan.conflicts)),
        marked=tuple(sorted(changed & {*plan.conflicts})),
        retained=tuple(sorted(plan.retained)),
    )


def _enumerate(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN_NAMES
    return ", ".join([*names[:_SHOWN_NAMES], *([f"{more} more"] if more > 0 else [])])
