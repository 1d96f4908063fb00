"""What the blocks of the documentation are tried in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from docs_tools.blocks import ROOT

HOOKS = ("pre-request", "post-request", "adapt-entity", "notification", "scheduled", "endpoint")


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of somebody who has nothing but the commands: an empty home folder, and no settings."""
    home = tmp_path_factory.mktemp("home")
    programs = [Path(sys.executable).parent, ROOT / ".uv" / "bin", "/usr/local/bin", "/usr/bin", "/bin"]
    passed = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(("UV_", "PIP_", "SSL_", "COVERAGE_")) or name.lower().endswith("_proxy")
    }
    return {
        **passed,
        "HOME": str(home),
        "PATH": os.pathsep.join(map(str, programs)),
        "LANG": "C.UTF-8",
        "PLUGIN_ENVIRONMENT": sys.prefix,
        "TMPDIR": str(tmp_path_factory.mktemp("tmp")),
        "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR", str(ROOT / ".cache" / "uv")),
        "XDG_CACHE_HOME": str(ROOT / ".cache"),
    }


@pytest.fixture(scope="session")
def scaffolded(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Path:
    """A plugin with a hook of each kind, as `new-plugin` makes it, in the environment that runs the tests."""
    folder = tmp_path_factory.mktemp("scaffolded") / "my-plugin"
    runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
    hooks = [option for hook in HOOKS for option in ("--hook", hook)]
    command = ["new-plugin", str(folder), *hooks, "--runtime", runtime, "--defaults"]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    folder.joinpath(".venv").symlink_to(sys.prefix)
    return folder
