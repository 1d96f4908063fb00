"""Why a file that the plugin's folder loads is not in the package, and what to do."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from biot_plugin_cli.git.tracked_files import git_files, ignoring_rule
from biot_plugin_cli.loading.distributions import Environment
from biot_plugin_cli.loading.places import Place
from biot_plugin_cli.package.exclusions import exclusion
from biot_plugin_cli.plugin.ignored_files import is_plugin_file
from biot_plugin_cli.plugin.repository import Plugin

__all__ = ["Explanation", "LeftOut"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why something is not in the package.

    Attributes:
        reason: A clause of a sentence.
        advice: What to do.
        distribution: The distribution that all of it belongs to; None if it is a single file.
    """

    reason: str
    advice: str
    distribution: str | None = None


class LeftOut:
    """Explains what is not in a package.

    Args:
        plugin: The plugin.
        environment: The distributions in its environment.
        names: The paths of all files in the package.
        packaged: The normalised names of the distributions in the package.
    """

    def __init__(
        self, plugin: Plugin, environment: Environment, names: Collection[str], packaged: Collection[str]
    ) -> None:
        self._plugin = plugin
        self._environment = environment
        self._packaged = packaged
        self._same_but_case = {name.casefold(): name for name in names}

    def explain(self, place: Place) -> Explanation:
        """Explain why a file is not in the package."""
        if actual := self._same_but_case.get(place.name.casefold()):
            reason = f"the package has {actual}, and Lambda distinguishes upper and lower case"
            return Explanation(reason, "write the name exactly as that of the file")
        if place.kind == "own":
            return self._explain_own(place)
        if place.kind == "installed":
            return self._explain_installed(place)
        return Explanation(
            "it is outside of the plugin's folder, of which alone a package is made",
            "copy it into the plugin's folder, and read it from there",
        )

    def explain_distribution(self, name: str) -> Explanation:
        """Explain why a distribution is not in the package."""
        bringer = self._environment.bringer(name, self._plugin.file.document, self._plugin.target)
        reason = bringer or f"the distribution {name} is installed here, but is no dependency of the plugin"
        return Explanation(reason, f"add {name} to dependencies in pyproject.toml, and run make setup", name)

    def _explain_own(self, place: Place) -> Explanation:
        if reason := exclusion(place.name):
            return Explanation(reason, "move it into a folder of the plugin's own code, and load it from there")
        root = Path(place.folder)
        if rule := ignoring_rule(root, place.name):
            return Explanation(f"git ignores it ({rule})", "remove that rule, or add the file with git add --force")
        if not is_plugin_file(Path(place.name)) and place.name not in (git_files(root, untracked=False) or ()):
            reason = "it is named like a file that tools and editors create for themselves, and git does not track it"
            return Explanation(reason, "add it with git add, or rename it")
        return Explanation("git does not list it among the plugin's files", "add it with git add")

    def _explain_installed(self, place: Place) -> Explanation:
        owner = self._environment.owner(place)
        if owner is None:
            return Explanation(
                f"it is found in {place.folder}, which belongs to no dependency",
                "make it a dependency in pyproject.toml, or move it into the plugin's folder",
            )
        if owner.name not in self._packaged:
            return self.explain_distribution(owner.name)
        if owner.editable:
            folder = os.path.relpath(owner.editable, self._plugin.root)
            return Explanation(
                f"the distribution {owner.name} is a link to {folder}, and only the package that is named like it "
                "is packaged",
                f"move its packages to {folder}/src, or build its wheel and use that in [tool.uv.sources]",
                owner.name,
            )
        if place.name.endswith(".pyi"):
            return Explanation(
                "type stubs are left out where no code names them",
                f"read it by its full name, such as {Path(place.name).name}, which keeps it in the package",
                owner.name,
            )
        return Explanation(
            f"the wheel of {owner.name} for Lambda does not have it",
            "run make setup, and see whether the plugin still works",
            owner.name,
        )
