"""Finds the Node.js that are installed on this machine, for the runtimes of plugins in JavaScript.

Unlike for Python, the nearest version takes the place of one that is not there: most code runs on any of them, and few
machines have them all.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from biot_emulator.errors import SandboxUnavailable
from biot_emulator.lambda_function.configuration import Node
from biot_emulator.sandbox.commands import run_command

__all__ = ["NODE_RUNTIMES", "find_node", "installed_node_runtimes"]

_MAJORS = (16, 18, 20, 22, 24)
NODE_RUNTIMES = tuple(f"nodejs{major}.x" for major in _MAJORS)
"""The runtimes of Lambda that are served, the oldest first."""

_OLDER = re.compile(r"nodejs(?:|4\.3|4\.3-edge|6\.10|8\.10|10\.x|12\.x|14\.x)")
_PROBE = "console.log(process.versions.node + '\\n' + process.execPath)"
_PROBE_SECONDS = 20
_VERSION = re.compile(r"([0-9]+)\.[0-9]+\.[0-9]+")
_VERSION_IN_PATH = re.compile(r"(?:^|[/@v-])([0-9]{2})(?=[./-]|$)")
_NAMES = ("node", "nodejs")


class _Installed(NamedTuple):
    path: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])


# What a file is, by its path and when it was changed: None if it is no Node.js, or too old a one.
_probed: dict[tuple[str, int], _Installed | None] = {}
_chosen: dict[int, _Installed] = {}


def find_node(runtime: str, *, again: bool = False) -> tuple[Path, Node]:
    """Find the interpreter for a runtime: of the same version or, where there is none, of the nearest.

    Args:
        runtime: The identifier of a Lambda runtime, such as `nodejs20.x`.
        again: Whether to search again where the interpreter so far is of another version.

    Raises:
        SandboxUnavailable: Lambda has no such runtime, or this machine has no Node.js.
    """
    if runtime not in NODE_RUNTIMES:
        raise SandboxUnavailable(f"{_unknown(runtime)}: choose {', '.join(NODE_RUNTIMES[:-1])} or {NODE_RUNTIMES[-1]}")
    major = int(runtime.removeprefix("nodejs").removesuffix(".x"))
    installed = _chosen.get(major)
    if installed is None or not installed.path.is_file() or (again and installed.major != major):
        installed = _choose(major)
    _chosen[major] = installed
    return installed.path, Node(major, installed.version)


def installed_node_runtimes() -> list[str]:
    """Return the runtimes that this machine has in their own version, the oldest first."""
    majors = {installed.major for installed in _all_installed()}
    return [runtime for runtime, major in zip(NODE_RUNTIMES, _MAJORS, strict=True) if major in majors]


def _unknown(runtime: str) -> str:
    if _OLDER.fullmatch(runtime):
        return f"Lambda creates no functions with {runtime} any more"
    return f"Lambda has no runtime {runtime}"


def _choose(major: int) -> _Installed:
    nearest: _Installed | None = None
    for installed in _all_installed(major):
        if installed.major == major:
            return installed
        # Of two that are as near, the newer one: Node.js seldom takes anything away.
        if nearest is None or _distance(installed.major, major) < _distance(nearest.major, major):
            nearest = installed
    if nearest is None:
        raise SandboxUnavailable(
            f"No Node.js was found on this machine: install Node.js {major}, so that the command `node` runs it"
        )
    return nearest


def _distance(major: int, expected: int) -> tuple[int, int]:
    return abs(major - expected), -major


def _all_installed(likely: int = 0) -> Iterator[_Installed]:
    """Yield every Node.js of this machine; first, what is of one version by its path."""
    candidates = dict.fromkeys(_candidates())
    for candidate in sorted(candidates, key=lambda path: _major_in(path) != likely):
        if installed := _probe(candidate):
            yield installed


def _major_in(path: Path) -> int | None:
    majors = _VERSION_IN_PATH.findall(str(path.parent))
    return int(majors[-1]) if majors else None


def _candidates() -> Iterator[Path]:
    folders = [Path(entry) for entry in os.environ.get("PATH", "").split(os.pathsep) if entry]
    names = (*_NAMES, *(f"node{major}" for major in _MAJORS), *(f"node-{major}" for major in _MAJORS))
    for folder in folders:
        yield from (candidate for name in names if (candidate := folder / name).is_file())
    for root, pattern in _version_managers():
        yield from sorted(root.glob(pattern), reverse=True)


def _version_managers() -> Iterator[tuple[Path, str]]:
    """Yield the folders of version managers, and where Node.js is in them, also if there is no home folder."""
    home = os.environ.get("HOME")
    data = os.environ.get("XDG_DATA_HOME") or (f"{home}/.local/share" if home else None)
    managers = (
        (os.environ.get("NVM_DIR"), home and f"{home}/.nvm", "versions/node/*/bin/node"),
        (os.environ.get("FNM_DIR"), data and f"{data}/fnm", "node-versions/*/installation/bin/node"),
        (os.environ.get("VOLTA_HOME"), home and f"{home}/.volta", "tools/image/node/*/bin/node"),
        (os.environ.get("ASDF_DATA_DIR"), home and f"{home}/.asdf", "installs/nodejs/*/bin/node"),
        (os.environ.get("MISE_DATA_DIR"), data and f"{data}/mise", "installs/node/*/bin/node"),
        (os.environ.get("NODENV_ROOT"), home and f"{home}/.nodenv", "versions/*/bin/node"),
        (os.environ.get("N_PREFIX"), "/usr/local", "n/versions/node/*/bin/node"),
        (os.environ.get("HOMEBREW_PREFIX"), "/opt/homebrew", "opt/node@*/bin/node"),
    )
    for set_root, usual_root, pattern in managers:
        if root := set_root or usual_root:
            yield Path(root), pattern


def _probe(candidate: Path) -> _Installed | None:
    try:
        key = (str(candidate), candidate.stat().st_mtime_ns)
    except OSError:
        return None
    if key not in _probed:
        _probed[key] = _ask(candidate)
    return _probed[key]


def _ask(candidate: Path) -> _Installed | None:
    try:
        result = run_command([candidate, "-e", _PROBE], _PROBE_SECONDS)
        result.check_returncode()
    except (OSError, subprocess.SubprocessError):
        return None
    version, _, executable = result.stdout.strip().partition("\n")
    match = _VERSION.fullmatch(version)
    if match is None or int(match[1]) < _MAJORS[0] or not executable:
        return None
    return _Installed(Path(executable), version)
