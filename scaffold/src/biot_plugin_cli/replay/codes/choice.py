"""Which older code the present one is compared with, as the user has typed it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.commits import has_commit, resolve_commit
from biot_plugin_cli.git.runner import GitFailed, git

__all__ = ["DEPLOYED", "MOST_CANDIDATES", "Versions", "candidates", "deployed_commit", "is_package"]

DEPLOYED = "deployed"
"""Stands for the version that is deployed."""

Versions = Callable[[], Iterable[Mapping[str, Any]]]
"""Lists the versions of the plugin at its target, as `biot-plugin versions --json` does."""

MOST_CANDIDATES = 10
"""How many commits are built at most to find one whose code differs."""

_DIGITS = 12


def is_package(text: str) -> bool:
    """Whether a text names the file of a package, and no revision."""
    return text.endswith(".zip") and Path(text).is_file()


def candidates(root: Path) -> Iterator[str]:
    """Yield the commits that may have other code than the plugin's folder, the newest first.

    Args:
        root: The plugin's folder.

    Raises:
        OperationFailed: There is no repository, or it has no commit.
    """
    yield resolve_commit(root, "HEAD")
    changes = git(root, "rev-list", "--first-parent", f"--max-count={MOST_CANDIDATES - 1}", "HEAD", "--", ".")
    for change in changes.split():
        with suppress(GitFailed):  # the first commit has none before it
            yield git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{change}^1^{{commit}}")


def deployed_commit(root: Path, versions: Versions) -> tuple[str, Mapping[str, Any]]:
    """Return the commit that the deployed version was built of, and the version's document.

    Args:
        root: A folder in the repository.
        versions: Lists the versions of the plugin.

    Raises:
        OperationFailed: It cannot be built again.
        CliError: The versions cannot be read.
    """
    live = next((version for version in versions() if version["live"]), None)
    if live is None or not live["commit"]:
        what = "No version is deployed" if live is None else f"Nothing says which commit version {live['version']} has"
        raise OperationFailed(f"{what}: pass --against with a revision, or with the package that was deployed")
    where = f"Version {live['version']}, which is deployed, was built of the commit {live['commit'][:_DIGITS]}"
    if not live["clean"]:
        raise OperationFailed(
            f"{where} with changes that were not committed: pass --against with the package of that deployment"
        )
    if not has_commit(root, live["commit"]):
        raise OperationFailed(
            f"{where}, which this clone does not have: run git fetch (in a shallow clone, with --unshallow)"
        )
    return resolve_commit(root, live["commit"]), live
