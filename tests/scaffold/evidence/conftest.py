"""A release that evidence was made of once, for all tests that only read it or change a copy of it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from biot_plugin_cli.evidence.making import Made, make_evidence
from biot_plugin_cli.evidence.request import Request
from biot_plugin_cli.git import runner
from biot_plugin_cli.plugin.repository import Plugin
from tests.scaffold.deployments import HOOKED, configured
from tests.scaffold.evidence.inputs import CARRIER, JUNIT, OSV, REPLAY, REQUIREMENTS, SOUP
from tests.scaffold.packages import Repository, framework_wheel, make_wheel


@dataclass(frozen=True)
class Release:
    """A plugin that was released, and its evidence."""

    plugin: Repository
    request: Request
    made: Made

    def again(self, folder: Path, **changes: Any) -> Made:
        """Make the evidence again, elsewhere, with another request."""
        request = replace(self.request, **changes)
        return make_evidence(Plugin.load(self.plugin.root), request, folder, signs=False, complete=False)


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Evidence of a plugin with hooks, dependencies, tests, requirements and known vulnerabilities."""
    folder = tmp_path_factory.mktemp("release")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.delenv("SOURCE_DATE_EPOCH", raising=False)
        plugin = Repository(folder / "plugin", lambda *_: pytest.fail("no command is run"))
        plugin.root.mkdir()
        (plugin.root / ".venv").symlink_to(sys.prefix)
        framework_wheel(plugin.wheels, whole=True)
        make_wheel(plugin.wheels, "carrier", CARRIER, needs=["needed"])
        make_wheel(plugin.wheels, "needed", version="2.0+local")
        plugin.needs("biot-plugin", "carrier")
        configured(plugin, timeout=7, environment={"REGION": "eu", "API_TOKEN": "not-to-be-shown"})
        for name, text in (("index.py", HOOKED), ("soup.toml", SOUP), ("requirements.toml", REQUIREMENTS)):
            plugin.write(name, text)
        plugin.write(".gitignore", ".venv\n.cache/\n")
        runner.initialise(plugin.root)
        runner.commit_all(plugin.root, "Release it")
        inputs = {"junit.xml": JUNIT, "osv.json": OSV, "replay.json": REPLAY}
        for name, text in inputs.items():
            (folder / name).write_text(text)
        request = Request(
            tests=(folder / "junit.xml",), vulnerabilities=folder / "osv.json", replay=folder / "replay.json"
        )
        made = make_evidence(Plugin.load(plugin.root), request, folder / "evidence", signs=False, complete=False)
    return Release(plugin, request, made)


@pytest.fixture
def folder(release: Release, tmp_path: Path) -> Path:
    """A copy of the evidence, to be changed."""
    return Path(shutil.copytree(release.made.folder, tmp_path / "evidence"))


@pytest.fixture
def rehash() -> Callable[[Path], None]:
    """Let the list of a folder fit what is in it, as somebody would who has changed it."""

    def write(folder: Path) -> None:
        import hashlib
        import json

        file = folder / "evidence.json"
        document = json.loads(file.read_bytes())
        document["files"] = {
            name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in document["files"]
        }
        file.write_text(json.dumps(document, indent=2))

    return write
