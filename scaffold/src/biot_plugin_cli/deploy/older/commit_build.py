"""The build of a commit, in a work tree of its own, with the dependencies that the commit has locked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from biot_plugin_cli.archive.cache_folder import cache_folder
from biot_plugin_cli.dependencies.archive_builder import Progress
from biot_plugin_cli.dependencies.local_distributions import installed_files
from biot_plugin_cli.dependencies.lock import locked_distributions
from biot_plugin_cli.dependencies.locked_distribution import LockedDistribution, Origin
from biot_plugin_cli.dependencies.pyproject import Project
from biot_plugin_cli.errors import CliError, OperationFailed, UsageError
from biot_plugin_cli.git.commits import SCRATCH_PREFIX, checked_out, resolve_commit
from biot_plugin_cli.image.artifact import Image
from biot_plugin_cli.image.examination import building, require_acceptable
from biot_plugin_cli.package.builder import build_package
from biot_plugin_cli.package.built import Package
from biot_plugin_cli.package.report import showing_progress
from biot_plugin_cli.plugin.interpreters import find_interpreter
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.processes.environment import child_environment
from biot_plugin_cli.processes.runner import run
from biot_plugin_cli.terminal.scratch import temporary_folder
from biot_plugin_cli.uv.program import find_uv
from biot_plugin_cli.uv.settings import settings_home

__all__ = ["CommitBuild", "building_commit"]

_CACHE = Path(".cache", "biot-plugin")
_ENVIRONMENT = ".venv"


@dataclass(frozen=True, slots=True)
class CommitBuild:
    """What was built of a commit; its files exist as long as its context.

    Attributes:
        commit: The id of the commit.
        plugin: The plugin as the commit has it, in a work tree of its own.
        built: Its package or image.
    """

    commit: str
    plugin: Plugin
    built: Package | Image

    @property
    def content_hash(self) -> str:
        """The content hash of the code."""
        return self.built.content_hash


@contextmanager
def building_commit(plugin: Plugin, revision: str, builder: str | None = None) -> Iterator[CommitBuild]:
    """Build a commit of a plugin; nothing of it remains, and the plugin's own folder stays as it is.

    Args:
        plugin: The plugin in its repository.
        revision: The commit, as git writes it.
        builder: What builds an image, as the user has typed it; None for what the manifest of the commit says.

    Raises:
        OperationFailed: There is no such commit, or it cannot be built on this machine.
        CliError: It cannot be built.
    """
    commit = resolve_commit(plugin.root, revision)
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder(SCRATCH_PREFIX))
        with _explained(commit, folder / "commit"):
            with showing_progress() as progress:
                progress(f"Checking out {commit[:12]}")
                root = stack.enter_context(checked_out(plugin.root, commit, folder / "commit")).resolve()
                older = _load(root, plugin)
                _share(plugin, older)
                _install_local(older, folder, progress)
            built = stack.enter_context(_building(older, folder, builder))
        yield CommitBuild(commit, older, built)


@contextmanager
def _explained(commit: str, folder: Path) -> Iterator[None]:
    """Let an error name the commit, and its files as they are called in it."""
    try:
        yield
    except CliError as error:
        message = str(error).replace(f"{folder.resolve()}/", "").replace(f"{folder}/", "")
        error.args = (f"The commit {commit[:12]} cannot be built: {message}",)
        raise


def _load(root: Path, plugin: Plugin) -> Plugin:
    older = Plugin.load(root, plugin.environment)
    if older.root != root:
        raise OperationFailed(f"it has no pyproject.toml in the folder of the plugin {plugin.manifest.name}")
    return older


@contextmanager
def _building(older: Plugin, folder: Path, builder: str | None) -> Iterator[Package | Image]:
    if older.manifest.package == "image":
        with building(older, builder) as (image, problems):
            require_acceptable(problems)
            yield image
        return
    if builder:
        raise UsageError("--builder is for container images, and the commit is of a zip file: leave it out")
    with showing_progress() as progress:
        package = build_package(older, folder / "package" / f"{older.manifest.name}.zip", progress=progress)
    yield package


def _share(plugin: Plugin, older: Plugin) -> None:
    """Let the build use what is cached and installed for the plugin's own folder; both are looked at before use."""
    cache = cache_folder(plugin.root, "scratch").parent
    for link, target in ((older.root / _CACHE, cache), (older.root / _ENVIRONMENT, plugin.root / _ENVIRONMENT)):
        if target.exists() and not os.path.lexists(link):
            link.parent.mkdir(exist_ok=True)
            link.symlink_to(target.resolve())


def _install_local(older: Plugin, folder: Path, progress: Progress) -> None:
    """Install the dependencies of the commit, if some come from folders or repositories, and others are installed.

    Raises:
        OperationFailed: They cannot be installed.
    """
    locked, _ = locked_distributions(Project.of(older.root, older.file.document), older.target)
    local = [distribution for distribution in locked if isinstance(distribution.source, Origin)]
    if not local or _are_installed(local, older.root):
        return
    progress("Installing the dependencies that the commit has locked")
    environment = older.root / _ENVIRONMENT
    if environment.is_symlink():
        environment.unlink()
    uv, python = find_uv(older.root), find_interpreter(older.manifest.runtime)
    if uv is None or python is None:
        lacking = "uv" if uv is None else f"{older.manifest.runtime} interpreter"
        raise OperationFailed(f"{local[0].name} comes from a folder or a repository, and there is no {lacking}")
    options = ["--frozen", "--no-dev", "--quiet", "--python", str(python)]
    variables = child_environment(settings_home(folder), connections=True, indexes=True)
    process = run([uv, "sync", *options], variables, older.root)
    if process.returncode:
        reason = " ".join(process.stderr.split()) or f"exit status {process.returncode}"
        raise OperationFailed(f"uv cannot install its dependencies ({reason})")


def _are_installed(distributions: Iterable[LockedDistribution], root: Path) -> bool:
    try:
        for distribution in distributions:
            installed_files(distribution, root)
    except OperationFailed:
        return False
    return True
