"""What `biot-plugin check` finds of the plugin's dependencies: whether they are locked, and have wheels for Lambda."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from biot_plugin_cli.check.finding import Finding, parted
from biot_plugin_cli.check.subject import Subject
from biot_plugin_cli.errors import OperationFailed

if TYPE_CHECKING:
    from biot_plugin_cli.dependencies.pyproject import Project

__all__ = ["dependency_findings"]


def dependency_findings(subject: Subject) -> Iterator[Finding]:
    """Choose the wheels as packaging does: from the lock, which needs no package index, or by resolving.

    Nothing is installed. Where they cannot be looked at, as no package index can be reached, that is a warning.
    """
    from biot_plugin_cli.dependencies.pyproject import Project

    if subject.is_wrong("runtime") or subject.manifest.package == "image":
        return
    project = Project.load(subject.root)
    yield from _lock(subject, project)
    yield from _wheels(subject, project)


def _lock(subject: Subject, project: Project) -> Iterator[Finding]:
    from biot_plugin_cli.dependencies.installers import find_uv
    from biot_plugin_cli.dependencies.lock import is_locked

    # Without uv nothing can be chosen instead, which is an error of its own.
    if not project.needs_nothing and not is_locked(subject.root) and find_uv(subject.root):
        yield Finding.warning(
            "lock-missing",
            "There is no uv.lock: the newest versions would be packaged, and how large they are was not looked at",
            "run make setup or uv lock, and commit uv.lock",
            _place(subject, "dependencies"),
        )


def _wheels(subject: Subject, project: Project) -> Iterator[Finding]:
    from biot_plugin_cli.dependencies.errors import DependencyError, PythonMismatch
    from biot_plugin_cli.dependencies.lock import locked_distributions
    from biot_plugin_cli.dependencies.wheel_selection import require_wheels
    from biot_plugin_cli.plugin.package_target import Target

    target = Target(subject.manifest.runtime)
    try:
        locked, _ = locked_distributions(project, target)
        require_wheels(locked, target)
    except DependencyError as error:
        key = "requires-python" if isinstance(error, PythonMismatch) else "dependencies"
        yield Finding.error(error.code, *parted(error), _place(subject, key))
    except OperationFailed as error:
        said, advice = parted(error)
        unknown = f"Whether there are wheels of the dependencies for Lambda was not looked at: {said}"
        yield Finding.warning("dependencies-unknown", unknown, advice, _place(subject, "dependencies"))


def _place(subject: Subject, key: str) -> tuple[str, int | None]:
    return subject.file.path.name, subject.file.line_at("project", key)
