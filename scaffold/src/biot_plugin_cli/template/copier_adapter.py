"""Rendering of the template with copier, which is imported here alone, and only when needed.

Copier writes the template's URL into each repository that it creates, and reads it at each update. The URL must be
valid on every machine, so it is a fixed name, which git's `insteadOf` maps to the local repository while copier runs.
"""

from __future__ import annotations

import os
import re
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.git.environment import isolated
from biot_plugin_cli.template.versions import Template
from biot_plugin_cli.terminal.children import end_children

__all__ = ["ANSWERS_FILE", "SOURCE", "render", "render_again"]

SOURCE = "git+biot-plugin://template"
"""The template's URL in the answers file of every plugin."""

ANSWERS_FILE = ".copier-answers.yml"

_REMOTE = SOURCE.removeprefix("git+")
_INVALID_ANSWER = re.compile(r"Validation error for question '(\w+)': (.*)", re.DOTALL)


def render(
    template: Template, destination: Path, answers: Mapping[str, Any], defaults: Mapping[str, Any], ask: bool
) -> dict[str, Any]:
    """Render the newest template into a folder.

    Args:
        template: The template's versions.
        destination: An empty or missing folder.
        answers: Answers to the template's questions.
        defaults: Default answers to the remaining questions.
        ask: Whether to ask the remaining questions on the terminal; the defaults are used otherwise.

    Returns:
        All answers.

    Raises:
        UsageError: An answer is invalid; the message names its option.
        OperationFailed: The template cannot be rendered.
    """
    with _running(template):
        import copier

        worker = copier.run_copy(
            SOURCE,
            destination,
            dict(answers),
            vcs_ref=template.newest,
            user_defaults=dict(defaults),
            defaults=not ask,
            quiet=True,
            settings=copier.Settings(),
        )
        return dict(worker.answers.combined)


def render_again(
    template: Template, version: str, destination: Path, record: bytes, answers: Mapping[str, Any]
) -> None:
    """Render a version of the template with the recorded answers of a plugin.

    A recorded answer that is not valid in this version is replaced by the default.

    Args:
        template: The template's versions.
        version: The version.
        destination: An empty folder.
        record: The content of the plugin's answers file.
        answers: Answers that replace the recorded ones.

    Raises:
        OperationFailed: The template cannot be rendered.
    """
    (destination / ANSWERS_FILE).write_bytes(record)
    with _running(template):
        import copier

        copier.run_copy(
            SOURCE,
            destination,
            dict(answers),
            answers_file=ANSWERS_FILE,
            vcs_ref=version,
            defaults=True,
            overwrite=True,
            quiet=True,
            settings=copier.Settings(),
        )


@contextmanager
def _running(template: Template) -> Iterator[None]:
    """Map the template's URL to its repository for copier, restore the process afterwards, and translate errors."""
    working_directory = Path.cwd()
    try:
        with _environment(_variables(template)), _temporary_files(template), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except KeyboardInterrupt as interruption:  # copier raises a subclass that is an Exception too
        end_children()
        raise KeyboardInterrupt from interruption
    except ValueError as error:
        if match := _INVALID_ANSWER.fullmatch(str(error)):
            raise UsageError(f"Invalid --{match[1].replace('_', '-')}: {match[2]}") from error
        raise _render_error(error) from error
    except Exception as error:
        raise _render_error(error) from error
    finally:
        os.chdir(working_directory)


@contextmanager
def _temporary_files(template: Template) -> Iterator[None]:
    """Have copier's temporary files where they are deleted even if this process is killed."""
    before = tempfile.tempdir
    tempfile.tempdir = str(template.repository.parent)
    try:
        yield
    finally:
        tempfile.tempdir = before


def _render_error(error: Exception) -> OperationFailed:
    last_line = (str(error).strip().splitlines() or [type(error).__name__])[-1].strip(" |")
    return OperationFailed(f"Cannot render the template: {last_line}")


def _variables(template: Template) -> dict[str, str]:
    return isolated(
        variables={"COPIER_CACHE_DIR": str(template.repository.parent / "cache")},
        settings={f"url.{template.repository}.insteadOf": _REMOTE},
    )


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Replace this process's environment, and the copy that copier's shell library took of it when it was imported."""
    from plumbum import local

    before = dict(os.environ)
    try:
        os.environ.clear()
        os.environ.update(variables)
        with local.env():
            local.cwd.chdir(str(Path.cwd()))
            for name in {*local.env.getdict()} - {*os.environ}:
                del local.env[name]
            local.env.update(os.environ)
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)
