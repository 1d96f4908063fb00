"""What `biot-plugin check` finds of the plugin's dependencies: whether there is a wheel of each for the platform."""

from __future__ import annotations

from collections.abc import Iterator

from biot_plugin_cli._check_subject import Subject
from biot_plugin_cli._errors import InvalidPlugin, OperationFailed
from biot_plugin_cli._finding import Finding

__all__ = ["dependency_findings"]


def dependency_findings(subject: Subject) -> Iterator[Finding]:
    """Choose the wheels as packaging does: from the lock, which needs no package index, or by resolving.

    Nothing is installed. Where they cannot be looked at, as no package index can be reached, that is a warning.
    """
    from biot_plugin_cli._lock import locked_distributions
    from biot_plugin_cli._locked import require_wheels
    from biot_plugin_cli._project import Project
    from biot_plugin_cli._target import Target

    if subject.is_wrong("runtime") or subject.manifest.package == "image":
        return
    target = Target(subject.manifest.runtime)
    place = subject.file.path.name, subject.file.line_at("project", "dependencies")
    try:
        locked, _ = locked_distributions(Project.load(subject.root), target)
        require_wheels(locked, target)
    except InvalidPlugin as error:
        yield Finding.error("dependency-without-wheel", str(error), "see to it before packaging", place)
    except OperationFailed as error:
        said = f"Whether there are wheels of the dependencies for Lambda was not looked at: {error}"
        yield Finding.warning("dependencies-unknown", said, "run this where the package index can be reached", place)
