"""Copier at work on the template: the one place that imports it, and only when it is needed.

Copier writes the template's address into each repository that it makes and looks there again at each update. The
address must mean the same on every machine, so it is a name, and git is told for the moment where it leads.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.git.runner import LOCAL_VARIABLES
from biot_plugin_cli.template.history import Template

__all__ = ["ANSWERS_FILE", "SOURCE", "render", "update"]

SOURCE = "git+biot-plugin://template"
"""The template's address in the answers file of every plugin."""

ANSWERS_FILE = ".copier-answers.yml"

_REMOTE = SOURCE.removeprefix("git+")
_REFUSED_ANSWER = re.compile(r"Validation error for question '(\w+)': (.*)", re.DOTALL)


def render(
    template: Template, destination: Path, answers: Mapping[str, Any], defaults: Mapping[str, Any], ask: bool
) -> dict[str, Any]:
    """Make a plugin's files from the newest template.

    Args:
        template: The template's versions.
        destination: An empty or missing folder.
        answers: The answers that are given.
        defaults: What is proposed for the questions that are not answered.
        ask: Whether to ask them on the terminal; the proposals are taken when not.

    Returns:
        All answers.

    Raises:
        UsageError: An answer is not valid; the sentence names its flag.
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


def update(template: Template, repository: Path, answers: Mapping[str, Any]) -> None:
    """Merge what changed from a plugin's template version to the newest one into its work tree.

    Args:
        template: The template's versions.
        repository: The plugin's repository, without uncommitted changes.
        answers: Answers that replace the remembered ones.

    Raises:
        OperationFailed: The merge cannot be done; conflicts are no failure.
    """
    with _running(template):
        import copier

        copier.run_update(
            repository,
            dict(answers),
            answers_file=ANSWERS_FILE,
            vcs_ref=template.newest,
            defaults=True,
            overwrite=True,
            skip_answered=True,
            quiet=True,
            settings=copier.Settings(),
        )


@contextmanager
def _running(template: Template) -> Iterator[None]:
    """Let copier find the template under its address, leave no trace of it, and speak in our errors."""
    here = Path.cwd()
    try:
        with _environment(_variables(template)), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except KeyboardInterrupt as interruption:  # copier's own kind is an Exception too
        raise KeyboardInterrupt from interruption
    except ValueError as error:
        if refused := _REFUSED_ANSWER.fullmatch(str(error)):
            raise UsageError(f"--{refused[1].replace('_', '-')} is not valid: {refused[2]}") from error
        raise OperationFailed(f"The template cannot be rendered: {_last_line(error)}") from error
    except Exception as error:
        raise OperationFailed(f"The template cannot be rendered: {_last_line(error)}") from error
    finally:
        os.chdir(here)


def _last_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[-1].strip(" |")


def _variables(template: Template) -> dict[str, str]:
    count = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
    return {
        "COPIER_CACHE_DIR": str(template.repository.parent / "cache"),
        "GIT_CONFIG_COUNT": str(count + 1),
        f"GIT_CONFIG_KEY_{count}": f"url.{template.repository}.insteadOf",
        f"GIT_CONFIG_VALUE_{count}": _REMOTE,
    }


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Change this process's environment and the copy of it that copier's shell library made when it was imported."""
    from plumbum import local

    before = dict(os.environ)
    for name in LOCAL_VARIABLES:
        os.environ.pop(name, None)
    os.environ.update(variables)
    try:
        with local.env():
            local.cwd.chdir(str(Path.cwd()))
            for name in {*local.env.getdict()} - {*os.environ}:
                del local.env[name]
            local.env.update(os.environ)
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)
