"""What `biot-plugin check` finds of the plugin's dependencies: whether there is a wheel of each for the platform."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import tomllib

from biot_plugin_cli._check_subject import Subject
from biot_plugin_cli._finding import Finding
from biot_plugin_cli._uv import UvFailed, find_uv, run_uv

__all__ = ["dependency_findings"]

_PLATFORM = "x86_64-manylinux2014"
_NOT_REACHED = re.compile(
    r"Failed to fetch|error sending request|network was disabled|[Nn]etwork connectivity is disabled|"
    r"not found in the cache|timed out"
)
_HEADING = re.compile(r"^error: No solution found when resolving dependencies|^  cause: |^error: ", re.MULTILINE)
_EXPORT = ("--frozen", "--no-dev", "--no-emit-project", "--no-hashes", "--no-header", "--no-annotate", "--no-editable")


def dependency_findings(subject: Subject) -> Iterator[Finding]:
    """Resolve the dependencies for the runtime on the platform, from the lock where there is one, with wheels only.

    Nothing is installed. Where they cannot be looked at, as no package index can be reached, that is a warning.
    """
    project = tomllib.loads(subject.file.text).get("project")
    has_any = isinstance(project, dict) and project.get("dependencies")
    if not has_any or subject.is_wrong("runtime") or subject.manifest.package == "image":
        return
    uv = find_uv(subject.root)
    if uv is None:
        yield _unknown(subject, "there is no uv")
        return
    try:
        _resolve(uv, subject)
    except UvFailed as error:
        said = _in_short(str(error))
        yield _unknown(subject, said) if _NOT_REACHED.search(said) else _without_wheel(subject, said)


def _unknown(subject: Subject, said: str) -> Finding:
    message = f"Whether there are wheels of the dependencies for Lambda was not looked at: {said}"
    advice = "install uv, and run this where the package index can be reached"
    return Finding.warning("dependencies-unknown", message, advice, _place(subject))


def _without_wheel(subject: Subject, said: str) -> Finding:
    message = f"The dependencies cannot be had as wheels for {subject.manifest.runtime} on x86_64 Linux: {said}"
    return Finding.error("dependency-without-wheel", message, "choose versions that have such wheels", _place(subject))


def _place(subject: Subject) -> tuple[str, int | None]:
    return subject.file.path.name, subject.file.line_at("project", "dependencies")


def _resolve(uv: Path, subject: Subject) -> None:
    """Resolve the dependencies. Raises UvFailed."""
    python = subject.manifest.runtime.removeprefix("python")
    target = ("--python-version", python, "--python-platform", _PLATFORM, "--only-binary", ":all:")
    compiling = ("pip", "compile", "--quiet", *target)
    if not (subject.root / "uv.lock").is_file():
        run_uv(uv, subject.root, *compiling, subject.file.path.name)
        return
    locked = run_uv(uv, subject.root, "export", "--quiet", *_EXPORT)
    run_uv(uv, subject.root, *compiling, "--no-deps", "-", stdin=locked)


def _in_short(said: str) -> str:
    return " ".join(_HEADING.sub(" ", said).split()).rstrip(".")
